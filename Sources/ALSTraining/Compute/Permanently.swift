import Analytics
import Millrace

/// Runs numerics; what they refuse no retry can mend, because they would be given the same numbers again.
func permanently<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as FactorizationError {
        throw PermanentFailure(error.description)
    } catch let error as SerializationError {
        throw PermanentFailure(error.description)
    } catch let error as RankingError {
        throw PermanentFailure(error.description)
    }
}
