/* For ThreadSanitizer: a volatile access is what the processors make of it, atomic and in no order. The compiler calls
 * these before each one, with -mllvm -tsan-distinguish-volatile. That the C standard promises less does not matter where
 * no compiler of `wer` uses it; what is read must not depend on an order that only Interlocked functions and Windows'
 * objects give. */
#include <stdint.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)

uint32_t __tsan_atomic32_load(const volatile uint32_t *address, int order);
uint64_t __tsan_atomic64_load(const volatile uint64_t *address, int order);

void __tsan_volatile_read4(void *address);
void __tsan_volatile_read8(void *address);
void __tsan_volatile_write4(void *address);
void __tsan_volatile_write8(void *address);

void __tsan_volatile_read4(void *address)
{
    (void)__tsan_atomic32_load(address, __ATOMIC_RELAXED);
}

void __tsan_volatile_read8(void *address)
{
    (void)__tsan_atomic64_load(address, __ATOMIC_RELAXED);
}

/* A write is only told to be one: it must not change anything here. */
void __tsan_volatile_write4(void *address)
{
    (void)__tsan_atomic32_load(address, __ATOMIC_RELAXED);
}

void __tsan_volatile_write8(void *address)
{
    (void)__tsan_atomic64_load(address, __ATOMIC_RELAXED);
}

#endif
#endif
typedef int fake_volatile_is_no_empty_file;
