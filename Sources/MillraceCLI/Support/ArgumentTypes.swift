public import ArgumentParser
public import Millrace
public import Shop

extension JobID: ExpressibleByArgument {}
extension JobState: ExpressibleByArgument {}
extension GapRule: ExpressibleByArgument {}
extension FoldRule: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}
