/// Where `/docs` and `/redoc` take Swagger UI and ReDoc from.
public struct DocumentationAssets: Sendable {
    /// By their names; nil when the CDN has them.
    let files: [String: [UInt8]]?

    /// From a CDN: a browser needs the internet, and checks what it gets against the hashes in the page.
    public static let contentDeliveryNetwork = DocumentationAssets(files: nil)

    private init(files: [String: [UInt8]]?) {
        self.files = files
    }

    /// From the application itself, which holds them in memory and answers them below `/docs/assets`: the pages work
    /// without the internet.
    /// - Parameter read: gives the content of the file of a name, such as `swagger-ui.css`. Called for each of them, now.
    /// - Throws: what `read` throws.
    public init<Failure: Error>(reading read: (_ name: String) throws(Failure) -> [UInt8]) throws(Failure) {
        var files: [String: [UInt8]] = [:]
        for file in DocumentationFile.all { files[file.name] = try read(file.name) }
        self.files = files
    }

    /// Where a page's scripts or styles of that file come from, for its content security policy.
    func source(of file: DocumentationFile) -> String {
        files == nil ? file.address : "'self'"
    }

    /// What an element that loads that file says of it: the attribute with its address, and what it must be.
    func attributes(_ name: String, _ file: DocumentationFile) -> String {
        // Relative to the page, so that it does not matter what a proxy puts before its path.
        guard files == nil else { return "\(name)=\"docs/assets/\(file.name)\"" }
        return "\(name)=\"\(file.address)\" integrity=\"\(file.integrity)\" crossorigin=\"anonymous\""
    }
}
