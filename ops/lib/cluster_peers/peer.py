"""The peers of ops/bench/cluster on the same points: one command, one line of JSON."""

import argparse
import json
import resource
import time

import numpy


def report(**figures):
    figures["peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(figures), flush=True)


def points(options):
    return numpy.fromfile(options.points, numpy.float32).reshape(-1, options.columns)


def generate(options):
    """Normal clouds around a quarter more centres than clusters are looked for, wide enough to overlap."""
    draw = numpy.random.default_rng(options.seed)
    centres = draw.normal(0, 1.5, (options.centres, options.columns))
    cloud = draw.integers(0, options.centres, options.rows)
    noise = draw.normal(0, 1, (options.rows, options.columns))
    (centres[cloud] + noise).astype(numpy.float32).tofile(options.points)


def clock():
    return time.perf_counter(), time.process_time()


def since(before):
    return [now - then for now, then in zip(clock(), before)]


def inertia(data, centroids):
    """Σ of squared distances to the nearest centroid in double precision, so that all are held to the same."""
    total, centroids = 0.0, centroids.astype(numpy.float64)
    norms = (centroids**2).sum(1)
    for first in range(0, len(data), 16384):
        block = data[first : first + 16384].astype(numpy.float64)
        nearest = (norms - 2 * block @ centroids.T).argmin(1)
        total += ((block - centroids[nearest]) ** 2).sum()
    return float(total)


def scikit_learn(options):
    from sklearn.cluster import KMeans, kmeans_plusplus

    data = points(options)
    # Loads what is loaded on first use.
    KMeans(2, n_init=1, max_iter=2).fit(data[:1000])
    before = clock()
    start, _ = kmeans_plusplus(data, options.clusters, random_state=options.seed)
    first = since(before)
    before = clock()
    model = KMeans(
        options.clusters, init=start, n_init=1, max_iter=options.iterations, tol=0, algorithm="lloyd"
    ).fit(data)
    second = since(before)
    report(
        start_seconds=first[0], iteration_seconds=second[0], seconds=first[0] + second[0],
        processor_seconds=first[1] + second[1], inertia=inertia(data, model.cluster_centers_),
        iterations=int(model.n_iter_),
    )


def faiss(options):
    import faiss

    faiss.omp_set_num_threads(options.threads)
    data = points(options)
    before = clock()
    # All points, as the others have it, and not the 256 for each centroid that are its default.
    model = faiss.Kmeans(
        data.shape[1], options.clusters, niter=options.iterations, seed=options.seed,
        max_points_per_centroid=len(data),
    )
    model.train(data)
    wall, processor = since(before)
    report(
        seconds=wall, processor_seconds=processor, inertia=inertia(data, model.centroids), iterations=options.iterations
    )


def ward(options, linkage):
    data = points(options).astype(numpy.float64)
    linkage(data[:100])
    before = clock()
    tree = linkage(data)
    wall, processor = since(before)
    report(
        seconds=wall, processor_seconds=processor, height_sum=float(tree[:, 2].sum()),
        greatest_height=float(tree[-1, 2]),
    )


def fastcluster(options):
    from fastcluster import linkage_vector

    ward(options, lambda data: linkage_vector(data, method="ward"))


def scipy(options):
    from scipy.cluster import hierarchy

    ward(options, hierarchy.ward)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = {
        "generate": generate, "scikit-learn": scikit_learn, "faiss": faiss, "fastcluster": fastcluster, "scipy": scipy,
    }
    parser.add_argument("command", choices=commands)
    parser.add_argument("--points", required=True)
    parser.add_argument("--columns", type=int, default=16)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--centres", type=int, default=250)
    parser.add_argument("--clusters", type=int, default=200)
    parser.add_argument("--iterations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    commands[options.command](options)


main()
