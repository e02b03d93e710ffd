/* Times OpenBLAS through cblas, each line "name GF/s", the names being those of the Go
   benchmarks of internal/blas. Build: cc -O2 peer.c -o peer -lopenblas */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* TIME repeats the call for 60 ms after a warm-up and prints the mean. */
#define TIME(flops, call, ...)                                              \
	do {                                                                \
		call;                                                       \
		double start = now(), spent = 0;                            \
		long runs = 0;                                              \
		for (; spent < 0.06; spent = now() - start, runs++) call;    \
		printf(__VA_ARGS__);                                        \
		printf(" %.6g\n", (flops) * runs / spent / 1e9);            \
	} while (0)

static void *deviates(long n, int single) {
	void *p = malloc(n * (single ? sizeof(float) : sizeof(double)));
	for (long i = 0; i < n; i++) {
		double x = rand() / (double)RAND_MAX - 0.5;
		if (single) ((float *)p)[i] = x; else ((double *)p)[i] = x;
	}
	return p;
}

static void transposed(int n) {
	const enum CBLAS_TRANSPOSE op[] = {CblasNoTrans, CblasTrans};
	float *a = deviates((long)n * n, 1), *b = deviates((long)n * n, 1), *c = deviates((long)n * n, 1);
	double *x = deviates((long)n * n, 0), *y = deviates((long)n * n, 0), *z = deviates((long)n * n, 0);
	for (int i = 1; i < 4; i++) {
		TIME(2.0 * n * n * n, cblas_sgemm(CblasRowMajor, op[i / 2], op[i % 2], n, n, n, 1, a, n, b, n, 0, c, n), "GemmTransposed/%c%c/float32/%d", "NT"[i / 2], "NT"[i % 2], n);
		TIME(2.0 * n * n * n, cblas_dgemm(CblasRowMajor, op[i / 2], op[i % 2], n, n, n, 1, x, n, y, n, 0, z, n), "GemmTransposed/%c%c/float64/%d", "NT"[i / 2], "NT"[i % 2], n);
	}
	free(a), free(b), free(c), free(x), free(y), free(z);
}

static void gemm(const char *name, int m, int n, int k) {
	float *a = deviates((long)m * k, 1), *b = deviates((long)k * n, 1), *c = deviates((long)m * n, 1);
	TIME(2.0 * m * n * k, cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a, k, b, n, 0, c, n), "%s/float32/%dx%dx%d", name, m, n, k);
	free(a), free(b), free(c);
	double *x = deviates((long)m * k, 0), *y = deviates((long)k * n, 0), *z = deviates((long)m * n, 0);
	TIME(2.0 * m * n * k, cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, x, k, y, n, 0, z, n), "%s/float64/%dx%dx%d", name, m, n, k);
	free(x), free(y), free(z);
}

static void gram(int rows, int n) {
	float *a = deviates((long)rows * n, 1), *c = deviates((long)n * n, 1);
	TIME(1.0 * n * n * rows, cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, n, rows, 1, a, n, 1, c, n), "AddGram/float32/%dx%d", rows, n);
	free(a), free(c);
	double *x = deviates((long)rows * n, 0), *z = deviates((long)n * n, 0);
	TIME(1.0 * n * n * rows, cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, rows, 1, x, n, 1, z, n), "AddGram/float64/%dx%d", rows, n);
	free(x), free(z);
}

static void level(int n) {
	double *a = deviates((long)n * n, 0), *x = deviates((long)n * n, 0), *y = deviates((long)n * n, 0);
	volatile double sink;
	TIME(2.0 * n, sink = cblas_ddot(n, x, 1, y, 1), "Level/Dot/%d", n);
	(void)sink;
	TIME(2.0 * n, cblas_daxpy(n, 1e-9, x, 1, y, 1), "Level/Axpy/%d", n);
	TIME(2.0 * n * n, cblas_dgemv(CblasRowMajor, CblasNoTrans, n, n, 1, a, n, x, 1, 0, y, 1), "Level/Gemv/%d", n);
	TIME(2.0 * n * n, cblas_dgemv(CblasRowMajor, CblasTrans, n, n, 1, a, n, x, 1, 0, y, 1), "Level/GemvT/%d", n);
	TIME(2.0 * n * n, cblas_dsymv(CblasRowMajor, CblasUpper, n, 1, a, n, x, 1, 0, y, 1), "Level/Symv/%d", n);
	TIME(2.0 * n * n, cblas_dsymv(CblasRowMajor, CblasLower, n, 1, a, n, x, 1, 0, y, 1), "Level/SymvLower/%d", n);
	TIME(2.0 * n * n, cblas_dsyr2(CblasRowMajor, CblasUpper, n, 1e-9, x, 1, y, 1, a, n), "Level/Syr2/%d", n);
	TIME(2.0 * n * n, cblas_dger(CblasRowMajor, n, n, 1e-9, x, 1, y, 1, a, n), "Level/Ger/%d", n);
	free(a), free(x), free(y);
}

int main(void) {
	printf("core %s\n", openblas_get_corename());
	for (int n = 64; n <= 2048; n *= 2) gemm("Gemm", n, n, n);
	gemm("Gemm", 32, 512, 512);
	gemm("Gemm", 512, 512, 11520);
	transposed(1024);
	gemm("Packed", 1, 512, 512);
	gemm("Packed", 8, 512, 512);
	gemm("Packed", 32, 512, 512);
	gemm("Packed", 128, 512, 512);
	gram(1024, 171), gram(15534, 171), gram(1024, 500), gram(100000, 500), gram(256, 1000), gram(4096, 1000), gram(2048, 2048);
	level(200), level(1000), level(2000);
	return 0;
}
