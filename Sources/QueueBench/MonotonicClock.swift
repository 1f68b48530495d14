#if canImport(Glibc)
    import Glibc
#else
    import Musl
#endif

/// Nanoseconds of CLOCK_MONOTONIC, which all processes of a machine share: Python calls it `time.monotonic_ns()`.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
