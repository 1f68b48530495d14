#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stdint.h>

// Numeric kernels under Analytics. Matrices are row-major; `width` and every stride count elements; a `width` is a
// multiple of 16 (8 for double precision); nothing here allocates.
//
// All variants but the plain one compute with fused multiply-adds in the same order, so AVX2, AVX-512 and NEON give the
// same bytes. The plain variant, for x86-64 without FMA, rounds each product as well: it agrees to single precision.

/// The candidates of one user while items stream past.
struct ck_list {
    /// Room for `capacity` keys: the score's order-preserving bits above the complement of the item.
    uint64_t *keys;
    int32_t count;
    int32_t capacity;
    /// Items wanted; at most capacity − 32.
    int32_t limit;
    /// A score must be at least this to be kept.
    float threshold;
    /// Euclidean norm of the user's factors, rounded up by more than the scores' own rounding.
    float norm;
    /// An item of a lesser norm cannot reach the threshold.
    float least_norm;
    /// Items the user must not get, ascending.
    const int32_t *excluded;
    int32_t excluded_count;
    /// Bit ck_filter_bit(item) is set for every excluded item, so that most others need no search.
    uint64_t filter[16];
};

/// The place of an item in a list's filter of 1024 bits.
static inline uint32_t ck_filter_bit(int32_t item) { return (uint32_t)item * 2654435769u >> 22; }

/// Gives a list its exclusions, ascending.
void ck_list_exclude(struct ck_list *list, const int32_t *items, int32_t count);

/// Centroids as `nearest_centroids` reads them. Places past the last centroid hold coordinates 0 and half norm ∞.
struct ck_centroids {
    /// Coordinates less the origin, negated: groups of 8 centroids, each `depth × 8`, depth first.
    const float *tiles;
    /// ‖c‖² / 2 of each centroid less the origin.
    const float *half_norms;
    /// The centroids as they are: groups of 16, each `depth × 16`, depth first.
    const float *panels;
    /// What is subtracted from points and centroids first, `depth` numbers; near the points' mean it makes rounding small.
    const float *origin;
    long count;
    long depth;
    /// A squared distance by the expanded form is wrong by at most this times (‖x‖ + greatest norm)².
    float slack;
    /// The greatest norm of a centroid less the origin.
    float greatest_norm;
};

/// The most candidates of one call of `potentials`.
#define CK_CANDIDATES 32

/// One implementation of all kernels.
struct ck_kernels {
    const char *name;

    /// A += Σ_p left[p] ⊗ right[p] for p < depth: the blocks of 16 columns that reach the upper triangle of A.
    ///
    /// Meanwhile prefetches `width` elements of the rows `later[0..<later_count]` of a matrix, for the next `gather`.
    void (*rank_update)(
        float *a, long a_stride, long width, const float *left, const float *right, long stride, long depth,
        const float *rows, long rows_stride, const int32_t *later, long later_count);

    /// Copies rows `columns[0..<count]` of a matrix, times `scale[p]` unless that is NULL.
    void (*gather)(
        float *target, long stride, const float *rows, long rows_stride, long width, const int32_t *columns,
        const float *scale, long count);

    /// Replaces the upper triangle of A (width × width) by U with A = UᵀU, and `extra` further columns B by U⁻ᵀ B.
    /// `inverse` receives 1 / U_kk. What lies left of the diagonal in U's blocks of 16 becomes zero.
    /// False when a pivot is not positive or not finite; A is then spoilt.
    bool (*cholesky)(float *a, long stride, long width, long extra, float *inverse);

    /// Solves Uᵀ z = b in place.
    void (*solve_forward)(const float *u, long stride, long width, const float *inverse, float *b);

    /// Solves U x = z in place.
    void (*solve_backward)(const float *u, long stride, long width, const float *inverse, float *z);

    /// out += Σ_p (targets[p] − weights[p] y_p·x) y_p over rows y_p = rows[columns[p]]; at most 256 of them.
    ///
    /// Summed in single precision, then added to `out` in double. `targets` NULL: 1; `weights` NULL: 1; `x` NULL: the
    /// inner products count as 0.
    void (*row_products)(
        double *out, const float *rows, long rows_stride, long width, const int32_t *columns, const float *targets,
        const float *weights, const float *x, long count);

    /// The same in double precision throughout; x is double.
    void (*row_products_double)(
        double *out, const float *rows, long rows_stride, long width, const int32_t *columns, const float *targets,
        const float *weights, const double *x, long count);

    /// `steps` steps of conjugate gradient on (G + Σ_p w_p y_p y_pᵀ + λ I) x = Σ_p t_p y_p from the x given.
    ///
    /// Rows and weights as in `row_products`, any number of them; `scratch` holds 6 × width floats. Meanwhile it
    /// prefetches the rows `columns[count..<count + ahead]`. Returns −1 when the matrix is not positive definite along
    /// a step, otherwise the squared residual before the last step.
    float (*conjugate_gradient)(
        float *x, const float *g, float lambda, const float *rows, long rows_stride, long width,
        const int32_t *columns, const float *targets, const float *weights, long count, long ahead, int steps,
        float *scratch);

    /// out = G x for a symmetric G (width × width).
    void (*symmetric_product)(float *out, const float *g, long width, const float *x);

    /// The same in double precision.
    void (*symmetric_product_double)(double *out, const double *g, long width, const double *x);

    /// x·y over `width` elements: sixteen partial sums in ascending order, added by halves.
    float (*dot)(const float *x, const float *y, long width);

    /// y += c x.
    void (*axpy)(float *y, float c, const float *x, long width);

    /// out[p] = rows[columns[p]]·x.
    void (*row_dots)(
        float *out, const float *rows, long rows_stride, long width, const int32_t *columns, const float *x, long count);

    /// One ascent of ln σ(u·(i − j)) − r/2 (‖u‖² + ‖i‖² + ‖j‖²): each of the three rows takes a step of `rate` along its
    /// gradient, all from the values before the step. `slope` is 1 − σ of the inner product that the caller formed.
    void (*pairwise_step)(float *u, float *i, float *j, long width, float slope, float rate, float r);

    /// Σ_p y_p y_pᵀ in double precision over `count` consecutive rows, added to the blocks of 8 columns that reach the
    /// upper triangle of `out` (width × width). Products of two floats are exact, so every variant gives the same bytes.
    void (*gramian)(double *out, long width, const float *rows, long rows_stride, long count);

    /// C −= Lᵀ R in double precision for L depth × rows, R depth × columns; `rows` and `columns` multiples of 8.
    void (*subtract_product_double)(
        double *c, long c_stride, const double *left, long left_stride, const double *right, long right_stride,
        long rows, long columns, long depth);

    /// Users of one tile of `score_select`.
    long score_rows;

    /// Scores tiles of users against panels of items in descending order of their norms and keeps each user's best; a
    /// tile ends when no item that follows can reach any of its users' lists.
    ///
    /// - users: `tiles` tiles, each `depth × score_rows`, depth first.
    /// - panels: `panel_count` panels, each `depth × 16`, depth first.
    /// - items: the item of each of the 16 × panel_count slots; −1 for padding at the end.
    /// - panel_norms: the greatest norm of each panel's items.
    /// - lists: `tiles × score_rows`; those from `list_count` on are padding and not touched.
    void (*score_select)(
        const float *users, long tiles, const float *panels, long panel_count, long depth, const int32_t *items,
        const float *panel_norms, struct ck_list *lists, long list_count);

    /// The nearest centroid of the points rows[0..<count] (NULL: 0..<count), the lower one on a tie.
    ///
    /// By ‖c‖²/2 − x·c, and by differences for each point whose two nearest are closer to each other than rounding may
    /// err, so that the label is as good as by differences. `upper` receives a distance that is not less than the one to
    /// the nearest centroid, `lower` one that is not greater than that to any other; both without the square. `scratch`
    /// holds 48 × depth floats.
    void (*nearest_centroids)(
        const float *points, const int32_t *rows, long count, const struct ck_centroids *centroids, float *scratch,
        int32_t *labels, float *upper, float *lower);

    /// out[p] = ‖points[rows[p]] − others[labels[p]]‖² by differences, added in ascending order; `rows` or `labels` NULL:
    /// 0..<count. `scratch` holds 32 × columns floats.
    void (*squared_distances)(
        const float *points, long columns, const int32_t *rows, long count, const float *others,
        const int32_t *labels, float *scratch, float *out);

    /// out[j] = Σ over the points of weight × min(nearest, ‖point − candidate j‖²), in double precision; at most
    /// CK_CANDIDATES. `weights` NULL: 1. With `keep` there is one candidate, and `nearest` receives the minima. `scratch`
    /// holds 16 × columns floats.
    void (*potentials)(
        const float *points, long columns, long count, const float *weights, const float *candidates,
        long candidate_count, float *nearest, bool keep, float *scratch, double *out);

    /// The slot of least ‖c − x‖² n m / (n + m) for a cluster of n = `size` points with mean x, and sizes m, if it is
    /// less than *best; the lower slot on a tie. A slot of infinite size is never chosen.
    ///
    /// - panels: means of clusters, groups of 8 slots, each `depth × 8`, depth first.
    void (*nearest_by_ward)(
        const double *panels, const double *sizes, long panel_count, long depth, const double *x, double size,
        double *best, int32_t *slot);
};

/// The best implementation for this processor; the same for the life of the process.
const struct ck_kernels *ck_best(void);

/// Implementation 0 (plain), 1 (AVX2 with FMA), 2 (AVX-512), or NULL where the processor or the build has none.
const struct ck_kernels *ck_variant(int index);

/// Keeps the best `limit` keys of a list in any order, and raises its threshold once it is full.
void ck_list_compact(struct ck_list *list);

/// Memory on a boundary of 64 bytes, large blocks on large pages where the system has them; NULL when there is none.
void *ck_allocate(long bytes);
void ck_free(void *memory);

/// Runs body(context, 0) on this thread and body(context, 1...) on `threads` − 1 others at the same time; fewer when the
/// system gives no more. Returns when all have ended.
void ck_run_on_threads(int threads, void (*body)(void *context, int thread), void *context);

/// A key of a score and an item, and both of a key.
uint64_t ck_key_of(float score, int32_t item);
float ck_key_score(uint64_t key);
int32_t ck_key_item(uint64_t key);

#endif
