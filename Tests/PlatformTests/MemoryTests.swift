import Contract
import Glibc
import Platform
import Testing

@Suite struct MemoryTests {
    @Test func theMemoryOfAProcessGrowsWithItsPages() throws {
        let size = 64 << 20
        let before = try #require(ProcessStatus.memory(of: getpid()))
        #expect(before > 1 << 20)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 4096)
        defer { memory.deallocate() }
        memset(memory.baseAddress!, 1, size)
        #expect(ProcessStatus.memory(of: getpid())! - before > size / 2)
    }

    @Test func aMissingProcessHasNoMemory() {
        #expect(ProcessStatus.memory(of: 0x7fff_fffe) == nil)
    }

    @Test func oomKillsOfTheGroupAreCounted() throws {
        let folder = Folder()
        folder.write("low 0\noom 7\noom_kill 3\noom_group_kill 0\n", to: "memory.events")
        // Its own path is not there, as in a container: the root of the mount is its group.
        #expect(ControlGroup.oomKills(root: folder.path, groups: "0::/far/away\n") == 3)
        #expect(ControlGroup.oomKills(root: folder.path, groups: "0::/\n") == 3)
        #expect(ControlGroup.oomKills(root: folder.path, groups: "") == nil)
    }

    @Test func oomKillsOfAVersion1GroupAreCounted() throws {
        let folder = Folder()
        mkdir(folder.file("memory"), 0o755)
        defer {
            unlink(folder.file("memory/memory.oom_control"))
            rmdir(folder.file("memory"))
        }
        folder.write("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n", to: "memory/memory.oom_control")
        #expect(ControlGroup.oomKills(root: folder.path, groups: "4:cpu,memory:/\n1:name=systemd:/x\n0::/\n") == 2)
    }

    @Test func theLeastLimitUpToTheRootApplies() {
        let folder = Folder()
        mkdir(folder.file("group"), 0o755)
        defer { rmdir(folder.file("group")) }
        folder.write("400000\n", to: "group/memory.max")
        defer { unlink(folder.file("group/memory.max")) }
        #expect(MemoryLimit.group(mount: folder.path, groups: "0::/group\n") == 400_000)
        folder.write("300000\n", to: "memory.max")
        #expect(MemoryLimit.group(mount: folder.path, groups: "0::/group\n") == 300_000)
        #expect(MemoryLimit.group(mount: folder.path, groups: "0::/of/the/host\n") == 300_000)
        folder.write("max\n", to: "memory.max")
        #expect(MemoryLimit.group(mount: folder.path, groups: "0::/\n") == nil)
        #expect(MemoryLimit.group(mount: folder.path, groups: "") == nil)
    }

    @Test func aVersion1LimitApplies() {
        let folder = Folder()
        mkdir(folder.file("memory"), 0o755)
        defer { rmdir(folder.file("memory")) }
        folder.write("500000\n", to: "memory/memory.limit_in_bytes")
        defer { unlink(folder.file("memory/memory.limit_in_bytes")) }
        #expect(MemoryLimit.group(mount: folder.path, groups: "4:memory:/a\n") == 500_000)
    }

    @Test func theGroupsLimitAppliesIfItIsSmaller() {
        #expect(MemoryLimit(machine: 10, group: nil) == MemoryLimit(machine: 10, group: 20))
        #expect(MemoryLimit(machine: 10, group: 5).bytes == 5)
        #expect(MemoryLimit(machine: 10, group: 5).reason == "the control group's limit")
        #expect(MemoryLimit.available.bytes > 1 << 20)
    }
}
