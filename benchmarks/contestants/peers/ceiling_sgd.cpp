// The same SGD by hand in C++: what this machine allows for ratings in a given order. Our kernels are held against it.
//
// Rows are K floats, 64-byte aligned; cell c = round * lanes + lane holds the ratings bounds[c] .. bounds[c + 1] - 1.
// The lanes of a round share no row, so threads take them as they come.
#include <cstdint>
#include <cstring>

typedef float Vector __attribute__((vector_size(64)));
constexpr int LANES = 16, AHEAD = 8;

struct Task {
    float *P, *Q, *b, *c;
    const uint32_t *users, *items;
    const float* values;
    float rate, decay, low, high;
};

static inline float sum(Vector v) {
    float total = 0;
    for (int j = 0; j < LANES; j++) total += v[j];
    return total;
}

static inline float sigmoid(float z) {  // within 1e-6; the library's expf would cost more than the rest of a rating
    z = z < -86 ? -86 : z > 86 ? 86 : z;
    float t = -z * 1.44269504f;
    int32_t n = (int32_t)(t + (t < 0 ? -0.5f : 0.5f));
    float x = -z - n * 0.69314718f;
    float e = (1 + x) + x * x * (0.5f + x / 6) + (x * x) * (x * x) * (1.f / 24 + x / 120);
    int32_t bits = (n + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return 1 / (1 + e * power);
}

template <int K, bool SIGMOID>
static void visit(const Task& t, int64_t start, int64_t end) {
    constexpr int W = K / LANES;
    const float keep = 1 - t.rate * t.decay, span = t.high - t.low;
    for (int64_t at = start; at < end; at++) {
        const int64_t soon = at + AHEAD < end ? at + AHEAD : end - 1;
#pragma GCC unroll 16
        for (int j = 0; j < W; j++) {
            __builtin_prefetch(t.P + (int64_t)t.users[soon] * K + LANES * j, 1);
            __builtin_prefetch(t.Q + (int64_t)t.items[soon] * K + LANES * j, 1);
        }
        const uint32_t u = t.users[at], i = t.items[at];
        Vector *p = (Vector*)(t.P + (int64_t)u * K), *q = (Vector*)(t.Q + (int64_t)i * K);
        Vector x[W], y[W], sums[2] = {};
#pragma GCC unroll 16
        for (int j = 0; j < W; j++) {
            x[j] = p[j], y[j] = q[j];
            sums[j % 2] += x[j] * y[j];
        }
        const float z = sum(sums[0] + sums[1]) + t.b[u] + t.c[i];
        float pull;
        if (SIGMOID) {
            const float s = sigmoid(z);
            pull = t.rate * (t.values[at] - t.low - span * s) * span * (s - s * s);
        } else
            pull = t.rate * (t.values[at] - z);
#pragma GCC unroll 16
        for (int j = 0; j < W; j++) {
            p[j] = keep * x[j] + pull * y[j];
            q[j] = keep * y[j] + pull * x[j];
        }
        t.b[u] = keep * t.b[u] + pull;
        t.c[i] = keep * t.c[i] + pull;
    }
}

template <int K>
static void epoch_of(const Task& t, const int64_t* bounds, int rounds, int lanes, int threads) {
#pragma omp parallel num_threads(threads)
    for (int round = 0; round < rounds; round++) {
#pragma omp for schedule(dynamic, 1)
        for (int lane = 0; lane < lanes; lane++) {
            const int cell = round * lanes + lane;
            if (t.high > t.low)
                visit<K, true>(t, bounds[cell], bounds[cell + 1]);
            else
                visit<K, false>(t, bounds[cell], bounds[cell + 1]);
        }
    }
}

// Returns 0, or 1 for a width that is not compiled in.
extern "C" int epoch(float* P, float* Q, float* b, float* c, const uint32_t* users, const uint32_t* items,
                     const float* values, const int64_t* bounds, int rounds, int lanes, int k, int threads, float rate,
                     float decay, float low, float high) {
    const Task t = {P, Q, b, c, users, items, values, rate, decay, low, high};
    switch (k) {
        case 16: epoch_of<16>(t, bounds, rounds, lanes, threads); return 0;
        case 32: epoch_of<32>(t, bounds, rounds, lanes, threads); return 0;
        case 64: epoch_of<64>(t, bounds, rounds, lanes, threads); return 0;
        case 128: epoch_of<128>(t, bounds, rounds, lanes, threads); return 0;
    }
    return 1;
}
