import Contract
package import Glibc

/// Who the workers shall be (credentials(7)).
package struct Credentials: Equatable {
    package let user: uid_t
    package let group: gid_t
    /// The supplementary groups, and no others of this process's.
    package let groups: [gid_t]

    /// - Parameters:
    ///   - user: a name or a number; nil for this process's.
    ///   - group: a name or a number; nil for the user's own.
    /// - Returns: nil when nothing is to be changed.
    /// - Throws: that there is no such user or group, or that only root may change them.
    package static func find(user: String?, group: String?) throws(CredentialsError) -> Credentials? {
        guard user != nil || group != nil else { return nil }
        let account = try account(user)
        let primary: gid_t
        if let group {
            primary = try number(ofGroup: group)
        } else if let own = account.group {
            primary = own
        } else {
            throw CredentialsError("the user \(account.user) has no group that is known; name one with --group")
        }
        if geteuid() != 0 {
            guard account.user == geteuid(), primary == getegid() else {
                throw CredentialsError(
                    "only root may run workers as another user or group; leave out --user and --group")
            }
            return nil
        }
        return Credentials(
            user: account.user, group: primary, groups: account.name.map { supplementary($0, primary) } ?? [primary])
    }

    private struct Account {
        var user: uid_t
        var name: String?
        var group: gid_t?

        init(_ user: uid_t) {
            self.user = user
        }

        init(_ entry: passwd) {
            user = entry.pw_uid
            name = String(cString: entry.pw_name)
            group = entry.pw_gid
        }
    }

    /// A name that consists of digits goes before the number, as it does for chown(1).
    private static func account(_ text: String?) throws(CredentialsError) -> Account {
        if let text, let entry = getpwnam(text) { return Account(entry.pointee) }
        guard let number = text.map(UInt32.init) ?? geteuid(), number != .max else {
            throw CredentialsError("there is no user '\(text ?? "")'; name one of /etc/passwd, or a number")
        }
        return getpwuid(number).map { Account($0.pointee) } ?? Account(number)
    }

    private static func number(ofGroup text: String) throws(CredentialsError) -> gid_t {
        if let entry = getgrnam(text) { return entry.pointee.gr_gid }
        guard let number = UInt32(text), number != .max else {
            throw CredentialsError("there is no group '\(text)'; name one of /etc/group, or a number")
        }
        return number
    }

    private static func supplementary(_ name: String, _ primary: gid_t) -> [gid_t] {
        var count: Int32 = 32
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            // When there are more, it says how many.
            if getgrouplist(name, primary, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            count = max(count, room * 2)
        }
    }
}

/// A user or group that workers cannot be. Its text says what to do.
package struct CredentialsError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
