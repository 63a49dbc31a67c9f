using System.Globalization;
using Microsoft.Extensions.Localization;
using PaymentFlow.Web.Operators.Layout;

namespace PaymentFlow.Web.Operators;

/// <summary>Times between two moments, for people.</summary>
public static class Durations
{
    /// <summary>
    /// <c>0.3 ms</c>, <c>1.2 s</c>, <c>3 min 5 s</c>, <c>2 d 4 h</c>. A negative time, by clocks that differ, is <c>0 ms</c>.
    /// </summary>
    public static string Words(TimeSpan time, IStringLocalizer<ConsoleTexts> texts)
    {
        // Rounded to its last digit first, so that it is never "1,000 ms" or "60.0 s".
        var milliseconds = Math.Round(time.TotalMilliseconds, 1);
        var seconds = Math.Round(time.TotalSeconds, 1);
        return time switch
        {
            _ when time <= TimeSpan.Zero => texts["Unit.ms", "0"],
            _ when milliseconds < 1_000 => texts["Unit.ms", Number(milliseconds, milliseconds < 100 ? "0.#" : "0")],
            _ when seconds < 60 => texts["Unit.s", Number(seconds, "0.0")],
            { TotalHours: < 1 } => texts["Unit.min", time.Minutes, time.Seconds],
            { TotalDays: < 1 } => texts["Unit.h", time.Hours, time.Minutes],
            _ => texts["Unit.d", time.Days, time.Hours],
        };
    }

    static string Number(double value, string format) => value.ToString(format, CultureInfo.CurrentCulture);
}
