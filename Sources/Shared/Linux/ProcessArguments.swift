internal import CLinux
import Glibc

/// What this process was started with: the program's name and what follows it, as main(3) gets them. Bytes that are no UTF-8
/// are read as `Environment` reads them.
package enum ProcessArguments {
    package static let all: [String] = {
        var arguments: [String] = []
        while let argument = brigade_argument(Int32(arguments.count)) {
            arguments.append(
                Environment.text(of: UnsafeRawBufferPointer(start: argument, count: strlen(argument))))
        }
        return arguments
    }()
}
