/// A value that is read from any part of a request and written into an answer. Most of an author's types are such.
public typealias Value = ParameterValue & ResponseValue
