import Glibc
import Platform
import Testing

@Suite struct ProcessorsTests {
    @Test func thereIsAtLeastOneProcessor() {
        #expect(Processors.available.count >= 1)
        #expect(Processors(affinity: 0, quota: nil).count == 1)
        #expect(Processors(affinity: 8, quota: 0.2).count == 1)
    }

    @Test func theQuotaAppliesIfItIsSmaller() {
        #expect(Processors(affinity: 8, quota: 2.5).count == 3)
        #expect(Processors(affinity: 8, quota: 2.5).reason.hasSuffix("group's quota allows only 2.5"))
        #expect(Processors(affinity: 2, quota: 4).count == 2)
        #expect(!Processors(affinity: 2, quota: 4).reason.contains("quota"))
    }

    @Test func controlGroupFilesAreParsed() {
        #expect(Processors.quota(inMaximum: "150000 100000\n") == 1.5)
        #expect(Processors.quota(inMaximum: "max 100000\n") == nil)
        #expect(Processors.quota(inMaximum: "") == nil)
        let groups = "9:name=systemd:/s\n4:cpuacct,cpu:/old/c:d\n3:cpuset:/set\n0::/a/b\n"
        #expect(ControlGroup.path(of: "", in: groups) == "/a/b")
        #expect(ControlGroup.path(of: "cpu", in: groups) == "/old/c:d")
        #expect(ControlGroup.path(of: "cpu", in: "0::/a\n") == nil)
    }

    @Test func theLeastQuotaUpToTheRootApplies() {
        let folder = Folder()
        mkdir(folder.file("group"), 0o755)
        defer { rmdir(folder.file("group")) }
        folder.write("400000 100000\n", to: "group/cpu.max")
        defer { unlink(folder.file("group/cpu.max")) }
        #expect(Processors.quota(mount: folder.path, groups: "0::/group\n") == 4)
        folder.write("200000 100000\n", to: "cpu.max")
        #expect(Processors.quota(mount: folder.path, groups: "0::/group\n") == 2)
        #expect(Processors.quota(mount: folder.path, groups: "0::/\n") == 2)
        #expect(Processors.quota(mount: folder.path, groups: "") == nil)
    }

    @Test func aVersion1QuotaApplies() {
        let folder = Folder()
        mkdir(folder.file("cpu"), 0o755)
        defer { rmdir(folder.file("cpu")) }
        folder.write("-1\n", to: "cpu/cpu.cfs_quota_us")
        folder.write("100000\n", to: "cpu/cpu.cfs_period_us")
        defer { for name in ["quota", "period"] { unlink(folder.file("cpu/cpu.cfs_\(name)_us")) } }
        let groups = "4:cpu,cpuacct:/docker/of-the-host\n"
        #expect(Processors.quota(mount: folder.path, groups: groups) == nil)
        folder.write("250000\n", to: "cpu/cpu.cfs_quota_us")
        #expect(Processors.quota(mount: folder.path, groups: groups) == 2.5)
    }
}
