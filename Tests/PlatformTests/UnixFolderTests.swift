import CLinux
import Contract
import Linux
import Glibc
import Platform
import Testing

@Suite struct UnixFolderTests {
    private let folder = Folder()

    @Test func aFileThatIsNotASocketIsNotReplaced() throws {
        let path = folder.write("precious", to: "file")
        #expect(throws: ListenError.self) { try ListeningSocket.open(.unix(path: path), backlog: 16) }
        #expect(text(of: path) == "precious")
    }

    @Test func aSymbolicLinkIsNotReplaced() throws {
        symlink(folder.file("nowhere"), folder.file("dangling"))
        _ = try ListeningSocket.open(.unix(path: folder.file("socket")), backlog: 16)
        symlink(folder.file("socket"), folder.file("link"))
        for name in ["dangling", "link"] {
            let error = #expect(throws: ListenError.self) {
                try ListeningSocket.open(.unix(path: folder.file(name)), backlog: 16)
            }
            #expect(error?.description.contains("a symbolic link has that name") == true)
        }
        #expect(folder.names == ["dangling", "link"])
    }

    @Test func aValidationChangesNothing() throws {
        let plain = folder.write("precious", to: "file")
        symlink(plain, folder.file("link"))
        for (path, reason) in [
            (plain, "a file that is not a socket"), (folder.file("link"), "a symbolic link"),
            (folder.file("file/x"), "file"),
        ] {
            let failure = #expect(throws: ListenError.Reason.self) { try ListeningSocket.validate(.unix(path: path)) }
            #expect(failure?.text(choosing: "--bind").contains(reason) == true)
        }
        let listener = try ListeningSocket.open(.unix(path: folder.file("socket")), backlog: 16)
        try ListeningSocket.validate(listener.address)
        #expect(connects(to: folder.file("socket")))
        #expect(folder.names == ["file", "link", "socket"])
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become a user whose rights count"))
    func aFolderNeedNotBeReadable() async {
        #expect(chmod(folder.path, 0o300) == 0 && chown(folder.path, 54325, 54325) == 0)
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            #expect(setgid(54325) == 0 && setuid(54325) == 0)
            #expect(open(path, O_RDONLY) == -1)
            let address = BindAddress.unix(path: "\(path)/socket")
            try ListeningSocket.validate(address)
            let listener = try ListeningSocket.open(address, backlog: 16)
            #expect(access("\(path)/socket", F_OK) == 0)
            withExtendedLifetime(listener) {}
        }
        #expect(folder.names == [])
    }

    @Test(.enabled(if: geteuid() == 0, "only root may become a user whose rights count"))
    func aFolderThatIsSomebodyElsesIsRefusedByTheCheckToo() async {
        #expect(chmod(folder.path, 0o755) == 0)
        await #expect(processExitsWith: .success) { [path = folder.path as String] in
            #expect(setgid(54325) == 0 && setuid(54325) == 0)
            let address = BindAddress.unix(path: "\(path)/socket")
            let checked = try #require(throws: ListenError.Reason.self) { try ListeningSocket.validate(address) }
            let opened = #expect(throws: ListenError.self) { try ListeningSocket.open(address, backlog: 16) }
            #expect(opened?.description.contains("Permission denied") == true)
            #expect(ListenError(address, checked).description == opened?.description)
        }
    }

    @Test func anErrorNamesAMissingFolder() throws {
        let error = #expect(throws: ListenError.self) {
            try ListeningSocket.open(.unix(path: folder.file("none/socket")), backlog: 16)
        }
        #expect(error?.description.contains("the directory \(folder.file("none"))") == true)
        #expect(throws: ListenError.Reason.self) {
            try ListeningSocket.validate(.unix(path: folder.file("none/socket")))
        }
        try ListeningSocket.validate(.unix(path: folder.file("socket")))
    }
}
