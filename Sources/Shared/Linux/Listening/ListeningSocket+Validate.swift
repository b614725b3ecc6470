package import Contract
import Glibc
internal import SystemPackage

extension ListeningSocket {
    /// Checks that a server could listen there, without listening or writing. An address in use is valid.
    /// - Returns: whether a TCP address is in use; always false for a unix socket, to which this does not connect.
    @discardableResult
    package static func validate(_ address: BindAddress) throws(ListenError.Reason) -> Bool {
        switch address {
        case .unix(let path): try checkFolder(path)
        case .tcp(let host, let port):
            var failure: ListenError.Reason?
            for address in try InternetAddress.resolve(host, port) {
                do {
                    // Without listen(2) it does not disturb a server there (SO_REUSEADDR of socket(7)).
                    _ = try bound(to: address)
                    return false
                } catch ListenError.Reason.inUse {
                    return true
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
        }
        return false
    }

    /// Checks that the folder can be written to, and that the path is free or a socket.
    private static func checkFolder(_ path: String) throws(ListenError.Reason) {
        let (folderPath, name) = (FilePath(path).directory, FilePath(path).name)
        let folder = try openFolder(folderPath)
        do {
            // With the effective user's rights.
            _ = try check("access") { faccessat(AT_FDCWD, folderPath, W_OK | X_OK, AT_EACCESS) }
        } catch {
            throw .folder(folderPath, error)
        }
        _ = try isSocket(name, in: folder.number)
    }

    /// Checks that no address covers another, as 0.0.0.0 covers every address with its port. An address that cannot be resolved
    /// is skipped.
    /// - Throws: the first that is covered.
    package static func checkOverlaps(_ addresses: [BindAddress]) throws(Overlap) {
        var places: [(address: BindAddress, place: Place)] = []
        // A host is resolved only if there is another to compare it with.
        let hosts = addresses.count { if case .tcp = $0 { true } else { false } }
        for address in addresses {
            if case .tcp = address, hosts < 2 { continue }
            guard let place = Place(of: address) else { continue }
            if let other = places.first(where: { $0.place.overlaps(place) }) {
                throw Overlap(address: address, other: other.address)
            }
            places.append((address, place))
        }
    }

    /// Two addresses, one of which covers the other.
    package struct Overlap: Error {
        package let address: BindAddress
        package let other: BindAddress

        package var failure: ListenError.Reason { .overlaps(other) }
    }

    /// A resolved address.
    private enum Place {
        case internet(InternetAddress)
        case file(folder: FileIdentity, name: String)

        init?(of address: BindAddress) {
            switch address {
            case .tcp(let host, let port):
                let found = (try? InternetAddress.resolve(host, port)) ?? []
                let own = found.first { candidate in
                    var candidate = candidate
                    candidate.port = 0
                    return (try? bound(to: candidate)) != nil
                }
                guard let own else { return nil }
                self = .internet(own)
            case .unix(let path):
                let (folder, name) = (FilePath(path).directory, FilePath(path).name)
                var information = stat()
                guard stat(folder, &information) == 0 else { return nil }
                self = .file(folder: FileIdentity(of: information), name: name)
            }
        }

        func overlaps(_ other: Place) -> Bool {
            switch (self, other) {
            case (.internet(let one), .internet(let other)): one.overlaps(other)
            case (.file(let folder, let name), .file(let otherFolder, let otherName)):
                folder == otherFolder && name == otherName
            case (.internet, .file), (.file, .internet): false
            }
        }
    }
}
