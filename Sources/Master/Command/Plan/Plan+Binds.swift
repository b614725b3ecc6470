import Contract
import Linux
import Platform

extension Plan {
    /// Whether the server could listen where the settings say, and be asked.
    /// - Returns: the addresses on which somebody listens now.
    func checkBinds() throws(StartError) -> [BindAddress] {
        var taken: [BindAddress] = []
        for address in settings.bind {
            do {
                if try ListeningSocket.examine(address) { taken.append(address) }
            } catch {
                throw StartError(.usage, refusal(address, error))
            }
        }
        if let control = settings.control {
            do {
                _ = try ListeningSocket.examine(.unix(path: control))
            } catch {
                throw StartError(.usage, refusal(ofControl: .unix(path: control), error))
            }
        }
        try checkOverlaps(code: .usage)
        return taken
    }

    /// Whether there is room for all addresses beside each other.
    func checkOverlaps(code: ExitCode) throws(StartError) {
        let control = settings.control.map { BindAddress.unix(path: $0) }
        do {
            try ListeningSocket.checkOverlaps(settings.bind + [control].compactMap(\.self))
        } catch {
            let isControl = error.address == control
            throw StartError(
                code,
                isControl ? refusal(ofControl: error.address, error.failure) : refusal(error.address, error.failure))
        }
    }

    /// Why nobody can listen there, with what was given, where, and what to do.
    func refusal(_ address: BindAddress, _ failure: ListenError.Reason) -> String {
        "\(assignment(of: "bind")): \(ListenError(address, failure, choosing: bindSetting))"
    }

    private func refusal(ofControl address: BindAddress, _ failure: ListenError.Reason) -> String {
        "\(assignment(of: "control")): \(ListenError(address, failure, choosing: "--control"))"
    }

    /// Who may connect to each unix socket.
    var socketRemarks: [String] {
        let mode = settings.socketMode
        let who =
            if mode & 0o002 != 0 {
                "every user of this machine"
            } else if mode & 0o020 != 0 {
                "its user and its group"
            } else {
                "its user alone"
            }
        return settings.bind.filter { if case .unix = $0 { true } else { false } }.map {
            "\($0): its rights are \(Units.text(octal: mode)) (socket-mode): \(who) may connect"
        }
    }
}
