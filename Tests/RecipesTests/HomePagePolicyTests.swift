import Testing

@testable import Recipes

@Suite struct HomePagePolicyTests {
    @Test func onlyThePagesOwnStyleAndScriptMayRun() throws {
        let page = try HomePage()
        let policy = PagePolicy()
        let text = page.render(HomeView(search: SearchView(keyword: "$&<b>")), under: policy)
        for (name, directive) in [("style", "style-src"), ("script", "script-src")] {
            #expect(text.firstRange(of: "<\(name) nonce=\"\(policy.nonce)\">") != nil)
            #expect(policy.text.contains("\(directive) 'nonce-\(policy.nonce)'"))
        }
        #expect(policy.text.contains("default-src 'none'"))
        #expect(policy.text.contains("frame-ancestors 'none'"))
    }

    @Test func aNonceIsUsedOnce() {
        let nonces = Set((0..<1000).map { _ in PagePolicy().nonce })
        #expect(nonces.count == 1000)
        #expect(nonces.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
    }
}
