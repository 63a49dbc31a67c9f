using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks;

/// <summary>One kind of measurement.</summary>
/// <param name="Options">The mode's own options with their defaults, in addition to <see cref="ModeCommand.CommonOptions"/>.</param>
sealed record Mode(string Name, string Summary, IReadOnlyDictionary<string, string> Options, Func<Options, Task<Report>> MeasureAsync);
