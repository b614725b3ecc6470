import Foundation
import Messages
import Testing

@testable import Recipes

@Suite struct HomePagePolicyTests {
    private func hash(_ text: String) -> String {
        SHA256.digest(of: Array(text.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// The examples of FIPS 180-4.
    @Test func theHashIsTheStandards() {
        #expect(hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            hash(String(repeating: "a", count: 1000))
                == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
    }

    @Test func onlyThePagesOwnStyleAndScriptMayRun() throws {
        let page = try HomePage()
        let policy = try #require(page.fields.first { $0.name == "content-security-policy" }?.value)
        let text = page.render(HomeView(search: SearchView(keyword: "$&<b>")))
        for (name, directive) in [("style", "style-src"), ("script", "script-src")] {
            let start = try #require(text.firstRange(of: "<\(name)>")).upperBound
            let end = try #require(text.firstRange(of: "</\(name)>")).lowerBound
            let digest = Data(SHA256.digest(of: Array(text[start..<end].utf8))).base64EncodedString()
            #expect(policy.contains("\(directive) 'sha256-\(digest)'"))
        }
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("frame-ancestors 'none'"))
    }
}
