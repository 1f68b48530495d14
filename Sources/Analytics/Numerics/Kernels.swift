internal import CKernels

/// The C kernels for this processor, chosen once.
///
/// A kernel's result does not depend on anything but its operands. With AVX2, AVX-512 and NEON it is the same to the
/// byte; on x86-64 without fused multiply-add each product is rounded too, which single precision shows in its last
/// digits.
enum Kernels {
    /// The functions; the same table for the life of the process.
    static var best: ck_kernels { ck_best().pointee }

    /// The least multiple of the vector's sixteen elements that holds a row of `rank`.
    static func width(_ rank: Int) -> Int { (rank + 15) & ~15 }
}
