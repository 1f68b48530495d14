// `stdout` is a C global that Swift 6 cannot see to be safe; it is touched once, before anything else runs.
@preconcurrency import Glibc

/// Makes standard output pass on whole lines at once, also into a pipe or a file: whoever reads along sees them when
/// they happen.
func bufferStandardOutputByLine() {
    setvbuf(stdout, nil, Int32(_IOLBF), 0)
}
