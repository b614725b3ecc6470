package import Contract
import Glibc
internal import SystemPackage

extension ListeningSocket {
    /// Whether a server could listen there. Nothing listens, nothing is written, and a server may run: an address that is
    /// in use will do.
    /// - Returns: whether somebody listens there now, as far as can be said without asking them.
    /// - Throws: what is wrong.
    @discardableResult
    package static func examine(_ address: BindAddress) throws(ListenError.Reason) -> Bool {
        switch address {
        case .unix(let path): try checkFolder(path)
        case .tcp(let host, let port):
            var failure: ListenError.Reason?
            for address in try InternetAddress.resolve(host, port) {
                do {
                    // It does not listen, so it is in nobody's way (SO_REUSEADDR of socket(7)).
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

    /// The socket's folder is there and can be written to, and nothing but a socket stands at its path.
    private static func checkFolder(_ path: String) throws(ListenError.Reason) {
        let (folderPath, name) = (FilePath(path).directory, FilePath(path).name)
        let folder = try openFolder(folderPath)
        do {
            // As this user's rights are, also where they are not those of whoever started it.
            _ = try check("access") { faccessat(AT_FDCWD, folderPath, W_OK | X_OK, AT_EACCESS) }
        } catch {
            throw .folder(folderPath, error)
        }
        _ = try isSocket(name, in: folder.number)
    }

    /// Whether there is room for all of them: 0.0.0.0 leaves none for any other address of its port. What cannot be found
    /// at all is passed over.
    /// - Throws: the first for which there is none.
    package static func checkOverlaps(_ addresses: [BindAddress]) throws(Overlap) {
        var places: [(address: BindAddress, place: Place)] = []
        // A host is looked up only where there is something to compare it with.
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

    /// Two addresses that are one, at least in part.
    package struct Overlap: Error {
        package let address: BindAddress
        package let other: BindAddress

        package var failure: ListenError.Reason { .overlaps(other) }
    }

    /// What an address comes to.
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
