import Foundation

// Named in full, so that a reader need not know whose `exp` is meant.
func exponential(_ x: Float) -> Float { exp(x) }
func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
