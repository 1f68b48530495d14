/// Zeroed scratch memory for kernels, aligned for vector loads and freed with its owner.
struct AlignedBuffer<Element: BitwiseCopyable & Numeric>: ~Copyable {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(count: Int) {
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        base = raw.bindMemory(to: Element.self, capacity: max(1, count))
        base.initialize(repeating: .zero, count: max(1, count))
        self.count = count
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
}
