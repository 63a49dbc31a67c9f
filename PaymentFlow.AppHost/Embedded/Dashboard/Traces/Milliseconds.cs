using System.Globalization;

namespace PaymentFlow.AppHost.Embedded.Dashboard.Traces;

/// <summary>A duration as people read it off a waterfall.</summary>
static class Milliseconds
{
    public static string Of(TimeSpan time) => time.TotalSeconds < 10
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
