"""The Python package `implicit` on the raw arrays that RecommendBench writes; one line of JSON for each figure."""

import argparse
import json
import resource
import time

import numpy
import scipy.sparse


def report(**figures):
    print(json.dumps(figures), flush=True)


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def matrix(folder):
    rows, columns = numpy.fromfile(f"{folder}/shape.i64", numpy.int64)
    offsets = numpy.fromfile(f"{folder}/offsets.i64", numpy.int64).astype(numpy.int32)
    indices = numpy.fromfile(f"{folder}/columns.i32", numpy.int32)
    values = numpy.fromfile(f"{folder}/values.f32", numpy.float32)
    return scipy.sparse.csr_matrix((values, indices, offsets), shape=(rows, columns))


def check(_):
    """The compiled path: an extension module, and which BLAS it multiplies with."""
    import implicit
    import implicit.cpu._als
    import implicit.cpu.topk
    import threadpoolctl

    blas = [
        f"{pool['internal_api']} {pool['version']} for {pool.get('architecture')}" for pool in threadpoolctl.threadpool_info()
    ]
    compiled = all(
        module.__file__.endswith(".so") for module in (implicit.cpu._als, implicit.cpu.topk)
    )
    report(implicit=implicit.__version__, compiled=compiled, numpy=numpy.__version__, scipy=scipy.__version__, blas=blas)
    if not compiled:
        raise SystemExit("implicit is not compiled here, so that there is nothing to compare with")


def als(options):
    import threadpoolctl
    from implicit.cpu.als import AlternatingLeastSquares

    data = matrix(options.data)
    model = AlternatingLeastSquares(
        factors=options.factors, regularization=0.01, alpha=1.0, use_cg=options.solver == "cg",
        iterations=options.iterations, num_threads=options.threads, random_state=1, calculate_training_loss=False,
    )
    last = [time.process_time()]

    def after(iteration, elapsed, _loss):
        now = time.process_time()
        report(iteration=iteration + 1, seconds=elapsed, processor_seconds=now - last[0])
        last[0] = now

    with threadpoolctl.threadpool_limits(1, "blas"):
        model.fit(data, show_progress=False, callback=after)
    report(peak_bytes=peak_bytes())


def top(options):
    import threadpoolctl
    from implicit.cpu.als import AlternatingLeastSquares

    rank = int(numpy.fromfile(f"{options.model}/rank.i64", numpy.int64)[0])
    model = AlternatingLeastSquares(factors=rank, num_threads=options.threads)
    model.user_factors = numpy.fromfile(f"{options.model}/users.f32", numpy.float32).reshape(-1, rank)
    model.item_factors = numpy.fromfile(f"{options.model}/items.f32", numpy.float32).reshape(-1, rank)
    data = matrix(options.data)
    users = numpy.arange(min(data.shape[0], options.users))
    began, processor = time.perf_counter(), time.process_time()
    with threadpoolctl.threadpool_limits(options.blas_threads, "blas"):
        items, _ = model.recommend(users, data[: len(users)], N=options.count, filter_already_liked_items=True)
    elapsed = time.perf_counter() - began
    report(
        users=len(users), seconds=elapsed, users_per_second=len(users) / elapsed,
        processor_seconds=time.process_time() - processor, peak_bytes=peak_bytes(), first_list=items[0].tolist(),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["check", "als", "top"])
    parser.add_argument("--data")
    parser.add_argument("--model")
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--solver", choices=["cg", "cholesky"], default="cg")
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--blas-threads", type=int, default=1)
    parser.add_argument("--users", type=int, default=1 << 30)
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    {"check": check, "als": als, "top": top}[options.command](options)


main()
