using Microsoft.Extensions.Localization;
using PaymentFlow.Web.Services;

namespace PaymentFlow.Web.Languages;

/// <summary>The type that stands for the resources <c>Texts.resx</c> (English) and <c>Texts.ru.resx</c>.</summary>
public sealed class Texts
{
    Texts()
    {
    }

    /// <summary>The text for a problem: by its decline code if that has a text, else by its code, else a general text.</summary>
    public static string Explain(IStringLocalizer<Texts> texts, Problem problem)
    {
        foreach (var key in (ReadOnlySpan<string>)[$"Decline.{problem.DeclineCode}", $"Problem.{problem.Code}"])
            if (texts[key] is { ResourceNotFound: false } text) return text;
        return texts["Problem.unknown"];
    }
}
