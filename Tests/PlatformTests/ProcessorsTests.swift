import Glibc
import Platform
import Testing

@Suite struct ProcessorsTests {
    @Test func thereIsAtLeastOne() {
        #expect(Processors.available.count >= 1)
        #expect(Processors(affinity: 0, quota: nil).count == 1)
        #expect(Processors(affinity: 8, quota: 0.2).count == 1)
    }

    @Test func theQuotaCountsWhenItIsTheLess() {
        #expect(Processors(affinity: 8, quota: 2.5).count == 3)
        #expect(Processors(affinity: 8, quota: 2.5).reason.hasSuffix("cpu.max allows the time of 2.5"))
        #expect(Processors(affinity: 2, quota: 4).count == 2)
        #expect(!Processors(affinity: 2, quota: 4).reason.contains("cpu.max"))
    }

    @Test func theFilesOfTheControlGroupAreUnderstood() {
        #expect(Processors.quota(inMaximum: "150000 100000\n") == 1.5)
        #expect(Processors.quota(inMaximum: "max 100000\n") == nil)
        #expect(Processors.quota(inMaximum: "") == nil)
        #expect(Processors.path(inGroups: "1:cpu:/old\n0::/a/b\n") == "/a/b")
    }

    @Test func theLeastQuotaOnTheWayToTheRootCounts() {
        let folder = Folder()
        mkdir(folder.file("group"), 0o755)
        defer { rmdir(folder.file("group")) }
        folder.write("400000 100000\n", to: "group/cpu.max")
        defer { unlink(folder.file("group/cpu.max")) }
        #expect(Processors.quota(root: folder.path, path: "/group") == 4)
        folder.write("200000 100000\n", to: "cpu.max")
        #expect(Processors.quota(root: folder.path, path: "/group") == 2)
        #expect(Processors.quota(root: folder.path, path: "/") == 2)
    }
}
