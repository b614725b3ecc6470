import Endpoints
import Messages
import Testing

@Suite struct ReplyCookieTests {
    private func line(_ reply: Reply<String>) -> String? { reply.response(.ok).header("set-cookie") }

    @Test func eachPartOfACookieIsEscaped() {
        let reply = Reply("").addingCookie(
            "a;b=c", "d; e\r\n", path: "/users/x; Domain=evil.example\r\n", domain: "shop.example; Max-Age=1")
        #expect(
            line(reply) == "a%3Bb%3Dc=d%3B%20e%0D%0A; Path=/users/x%3B%20Domain=evil.example%0D%0A; "
                + "Domain=shop.example%3B%20Max-Age%3D1; HttpOnly; SameSite=Lax")
        #expect(line(Reply("").addingCookie("a", "b", path: "/a%20b")) == "a=b; Path=/a%20b; HttpOnly; SameSite=Lax")
    }

    @Test(arguments: ["__Host-id", "__Secure-id"]) func aCookieWithASecurePrefixIsSecure(name: String) {
        #expect(line(Reply("").addingCookie(name, "1")) == "\(name)=1; Path=/; Secure; HttpOnly; SameSite=Lax")
    }

    @Test func aCookieWithSameSiteNoneIsSecure() {
        let reply = Reply("").addingCookie("a", "1", sameSite: .none)
        #expect(line(reply) == "a=1; Path=/; Secure; HttpOnly; SameSite=None")
    }
}
