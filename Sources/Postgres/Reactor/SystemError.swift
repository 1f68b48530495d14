import Glibc

/// A system call that failed.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let code: Int32

    @discardableResult
    static func check(_ call: String, _ result: Int32) throws(SystemError) -> Int32 {
        guard result >= 0 else { throw SystemError(call: call, code: errno) }
        return result
    }

    var description: String {
        "\(call): \(String(cString: strerror(code))) → raise the limit of open files (ulimit -n)"
    }
}
