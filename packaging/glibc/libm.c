/* The mathematical functions of which glibc 2.29 has a second version, by their first one: the results are the same, errno aside. An executable that
   is linked with --wrap for each of them runs on glibc 2.28, which Rocky 8 has. */
#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#endif

__asm__(".symver first_exp, exp@" FIRST);
__asm__(".symver first_log, log@" FIRST);
__asm__(".symver first_log2, log2@" FIRST);
__asm__(".symver first_pow, pow@" FIRST);
double first_exp(double x);
double first_log(double x);
double first_log2(double x);
double first_pow(double x, double y);

double __wrap_exp(double x) { return first_exp(x); }
double __wrap_log(double x) { return first_log(x); }
double __wrap_log2(double x) { return first_log2(x); }
double __wrap_pow(double x, double y) { return first_pow(x, y); }
