import NIOCore
import NIOHTTP1

/// Tells a connection that broke because it was kept too long: used again, it ended before a byte of the answer came.
/// A server may close it in the very moment that we ask, and asking once more is right (RFC 9112, section 9.3.1).
final class KeptConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// The request is not answered, and may be asked again.
    struct Lost: Error {}

    private var requests = 0
    private var isAnswered = false

    private var isLost: Bool { requests > 1 && !isAnswered }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head = unwrapOutboundIn(data) {
            requests += 1
            isAnswered = false
        }
        context.write(data, promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isAnswered = true
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.fireErrorCaught(isLost ? Lost() : error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isLost { context.fireErrorCaught(Lost()) }
        context.fireChannelInactive()
    }
}
