import Contract
import Linux
package import Glibc

/// User and groups of the workers (credentials(7)).
package struct Credentials: Equatable, Codable {
    package let user: uid_t
    package let group: gid_t
    /// All supplementary groups: none of this process's are kept.
    package let groups: [gid_t]
    /// HOME, USER, LOGNAME and SHELL of the user, as login(1) sets them; those that a user without an entry in passwd(5)
    /// does not have are missing. Nil if only the group changes.
    package let login: [String: String]?

    /// All names in `login`. A child must not inherit them from another user.
    package static let loginNames = ["HOME", "USER", "LOGNAME", "SHELL"]

    /// Credentials that `find` returned before.
    package init(user: uid_t, group: gid_t, groups: [gid_t], login: [String: String]? = nil) {
        self.user = user
        self.group = group
        self.groups = groups
        self.login = login
    }

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
            throw CredentialsError(
                "the group of the user \(account.user) is unknown; set one with --group", of: ["user"])
        }
        if geteuid() != 0 {
            guard account.user == geteuid(), primary == getegid() else {
                throw CredentialsError(
                    "only root may run workers as another user or group; leave out --user and --group",
                    of: [user.map { _ in "user" }, group.map { _ in "group" }].compactMap(\.self))
            }
            return nil
        }
        return Credentials(
            user: account.user, group: primary, groups: account.name.map { supplementary($0, primary) } ?? [primary],
            login: user == nil ? nil : account.login)
    }

    /// Runs a function as that user, by changing the effective user and groups of the whole process. Only for a process that
    /// has one thread and serves nothing, as `brigade check`.
    ///
    /// If this process cannot become that user, the function is not run: starting a child reports the same error.
    package func withEffectiveUser<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) {
        let (ownUser, ownGroup) = (geteuid(), getegid())
        var ownGroups = [gid_t](repeating: 0, count: Int(getgroups(0, nil)))
        guard getgroups(Int32(ownGroups.count), &ownGroups) == ownGroups.count else { return }
        defer {
            // The process must not go on as a mixture of two users.
            guard seteuid(ownUser) == 0, setegid(ownGroup) == 0, setgroups(ownGroups.count, ownGroups) == 0 else {
                abort()
            }
        }
        guard setgroups(groups.count, groups) == 0, setegid(group) == 0, seteuid(user) == 0 else { return }
        try body()
    }

    private struct Account {
        var user: uid_t
        var name: String?
        var group: gid_t?
        /// As Docker sets it for a user without an entry in passwd(5).
        var login = ["HOME": "/"]

        init(_ user: uid_t) {
            self.user = user
        }

        init(_ entry: passwd) {
            user = entry.pw_uid
            let name = String(cString: entry.pw_name)
            self.name = name
            group = entry.pw_gid
            let (home, shell) = (String(cString: entry.pw_dir), String(cString: entry.pw_shell))
            login = [
                "HOME": home.isEmpty ? "/" : home, "USER": name, "LOGNAME": name,
                "SHELL": shell.isEmpty ? "/bin/sh" : shell,
            ]
        }
    }

    /// A name that consists of digits comes before the number, as in chown(1).
    private static func account(_ text: String?) throws(CredentialsError) -> Account {
        if let text, let entry = getpwnam(text) { return Account(entry.pointee) }
        guard let number = text.map(UInt32.init) ?? geteuid(), number != .max else {
            throw CredentialsError(
                "there is no user '\(text ?? "")'; give a name in /etc/passwd, or a number", of: ["user"])
        }
        return getpwuid(number).map { Account($0.pointee) } ?? Account(number)
    }

    private static func number(ofGroup text: String) throws(CredentialsError) -> gid_t {
        if let entry = getgrnam(text) { return entry.pointee.gr_gid }
        guard let number = UInt32(text), number != .max else {
            throw CredentialsError("there is no group '\(text)'; give a name in /etc/group, or a number", of: ["group"])
        }
        return number
    }

    private static func supplementary(_ name: String, _ primary: gid_t) -> [gid_t] {
        var count: Int32 = 32
        while true {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let room = count
            // If there are more, it sets `count` to their number.
            if getgrouplist(name, primary, &groups, &count) >= 0 { return Array(groups.prefix(Int(count))) }
            count = max(count, room * 2)
        }
    }
}

/// A user or group that cannot be used for workers. The text says what to do.
package struct CredentialsError: Error, CustomStringConvertible {
    /// The flags of the settings with the error.
    package let flags: [String]
    package let description: String

    init(_ description: String, of flags: [String]) {
        self.flags = flags
        self.description = description
    }
}
