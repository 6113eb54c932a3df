import TestTools
import Testing

@testable import Machines

@Suite struct CourseTests {
  @Test func ends() {
    #expect(Course.linear(from: 3, to: 1).value(at: 0) == 3 && Course.linear(from: 3, to: 1).value(at: 1) == 1)
    #expect(Course.geometric(from: 4, to: 1).value(at: 0.5) == 2)
    #expect(Course.points([1, 5, 2]).value(at: 0.25) == 3 && Course.points([1, 5, 2]).value(at: 1) == 2)
    #expect(Course.points([7]).value(at: 0.3) == 7)
  }

  @Test func reverseAnnealingRisesToItsPeakAndFallsToItsEnd() {
    let course = FlipSampler.reverseCourse(peak: 0.4, end: 0.1, rise: 0.25)
    expectClose(course.value(at: 0.25), 0.4, absolute: 1e-12)
    #expect(abs(course.value(at: 0) - 0.1) < 1e-12 && abs(course.value(at: 1) - 0.1) < 1e-12)
  }
}
