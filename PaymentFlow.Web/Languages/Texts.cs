using Microsoft.Extensions.Localization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Languages;

/// <summary>Names the resources <c>Texts.resx</c> (English) and <c>Texts.ru.resx</c>.</summary>
public sealed class Texts
{
    Texts()
    {
    }

    /// <summary>A problem in human words: the bank's reason where it is one to be told, else the code's, else a general sentence.</summary>
    public static string Explain(IStringLocalizer<Texts> texts, Problem problem)
    {
        foreach (var key in (ReadOnlySpan<string>)[$"Decline.{problem.DeclineCode}", $"Problem.{problem.Code}"])
            if (texts[key] is { ResourceNotFound: false } text) return text;
        return texts["Problem.unknown"];
    }
}
