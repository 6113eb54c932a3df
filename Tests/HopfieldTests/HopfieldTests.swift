import Testing
@testable import Hopfield
