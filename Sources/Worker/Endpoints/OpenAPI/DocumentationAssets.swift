/// Where `/docs` and `/redoc` load Swagger UI and ReDoc from.
public struct DocumentationAssets: Sendable {
    /// Their content by name; nil for the CDN.
    let files: [String: [UInt8]]?

    /// From a CDN. The browser needs the internet, and checks the files against the hashes in the page.
    public static let cdn = DocumentationAssets(files: nil)

    private init(files: [String: [UInt8]]?) {
        self.files = files
    }

    /// From the application, which keeps the files in memory and serves them below `/docs/assets`: the pages work without the
    /// internet.
    /// - Parameter read: returns the content of the file with that name, such as `swagger-ui.css`. Called once for each file,
    ///   before the initializer returns.
    /// - Throws: what `read` throws.
    public init<Failure: Error>(reading read: (_ name: String) throws(Failure) -> [UInt8]) throws(Failure) {
        var files: [String: [UInt8]] = [:]
        for file in DocumentationFile.all { files[file.name] = try read(file.name) }
        self.files = files
    }

    /// The source of that file in a page's content security policy.
    func source(of file: DocumentationFile) -> String {
        files == nil ? file.address : "'self'"
    }

    /// The attributes of the element that loads that file: its address, and the hash that it must have.
    func attributes(_ name: String, _ file: DocumentationFile) -> String {
        // Relative to the page, so that a prefix that a proxy adds does not matter.
        guard files == nil else { return "\(name)=\"docs/assets/\(file.name)\"" }
        return "\(name)=\"\(file.address)\" integrity=\"\(file.integrity)\" crossorigin=\"anonymous\""
    }
}

/// A file of Swagger UI or ReDoc.
struct DocumentationFile {
    /// Its name below `/docs/assets`, and for `DocumentationAssets.init(reading:)`.
    let name: String
    let mediaType: String
    /// On the CDN. It contains the version, so its content never changes.
    let address: String
    /// The hash that browsers check (W3C, Subresource Integrity).
    let integrity: String

    static let swaggerScript = DocumentationFile(
        name: "swagger-ui-bundle.js", mediaType: "text/javascript; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.33.1/swagger-ui-bundle.js",
        integrity: "sha384-ZPehFMQommnnuaZ4rpxgkgTT2DKFVp4hZC/7pLit+9Lek9T1YGSo23eHFbvNkXkw")
    static let swaggerStyle = DocumentationFile(
        name: "swagger-ui.css", mediaType: "text/css; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.33.1/swagger-ui.css",
        integrity: "sha384-Ov4/wv3j2bmct8cDc5X4ngJZohVPzEmc6uDPH8WeljUxO5vtoykvMEfbu9Vh6RaW")
    static let redocScript = DocumentationFile(
        name: "redoc.standalone.js", mediaType: "text/javascript; charset=utf-8",
        address: "https://cdn.jsdelivr.net/npm/redoc@2.5.4/bundles/redoc.standalone.js",
        integrity: "sha384-w447zOpYfw/1Tv/5AK9NfHTlQIqE3RVR6KY62jCyy9zNDgO64cMwGGP1Fj0zJVf5")

    static let all = [swaggerScript, swaggerStyle, redocScript]
}
