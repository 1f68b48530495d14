/// The SQL of the scheduler, as it stands in the files of this folder.
///
/// A file that is added here must be listed; a test compares the lists with the folders.
public enum MillraceSQL {
    /// Numbered, applied once each, in this order.
    public static let migrations: [(name: String, text: String)] = [
        ("m0001_roles", text(PackageResources.m0001_roles_sql)),
        ("m0002_jobs", text(PackageResources.m0002_jobs_sql)),
        ("m0003_workers", text(PackageResources.m0003_workers_sql)),
        ("m0004_pipelines", text(PackageResources.m0004_pipelines_sql)),
        ("m0005_limits", text(PackageResources.m0005_limits_sql)),
    ]

    /// Functions, views and grants: replaced whole, in this order, whenever one of them has changed.
    public static let replaced: [(name: String, text: String)] = [
        ("check_jobs", text(PackageResources.check_jobs_sql)),
        ("claim", text(PackageResources.claim_sql)),
        ("claim_within_limits", text(PackageResources.claim_within_limits_sql)),
        ("complete", text(PackageResources.complete_sql)),
        ("connect_jobs", text(PackageResources.connect_jobs_sql)),
        ("duties", text(PackageResources.duties_sql)),
        ("enqueue", text(PackageResources.enqueue_sql)),
        ("known_shapes", text(PackageResources.known_shapes_sql)),
        ("limit_usage", text(PackageResources.limit_usage_sql)),
        ("limits", text(PackageResources.limits_sql)),
        ("operate_jobs", text(PackageResources.operate_jobs_sql)),
        ("operate_queues", text(PackageResources.operate_queues_sql)),
        ("ready", text(PackageResources.ready_sql)),
        ("runs", text(PackageResources.runs_sql)),
        ("settle", text(PackageResources.settle_sql)),
        ("steps", text(PackageResources.steps_sql)),
        ("unique", text(PackageResources.unique_sql)),
        ("a_kept", text(PackageResources.a_kept_sql)),
        ("b_job", text(PackageResources.b_job_sql)),
        ("c_running", text(PackageResources.c_running_sql)),
        ("d_pipeline", text(PackageResources.d_pipeline_sql)),
        ("e_why", text(PackageResources.e_why_sql)),
        ("f_health", text(PackageResources.f_health_sql)),
        ("grants", text(PackageResources.grants_sql)),
    ]

    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
