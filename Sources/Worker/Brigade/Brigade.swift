// The one module that an application imports. Its parts are modules of their own, so that the compiler enforces which part
// may use which.
@_exported public import Endpoints
@_exported public import Logging
@_exported public import Messages
@_exported public import Serving
