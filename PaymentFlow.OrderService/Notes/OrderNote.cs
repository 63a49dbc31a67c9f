using Microsoft.AspNetCore.Http.HttpResults;
using PaymentFlow.Contracts;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.OrderService.Notes;

/// <summary>An operator's note on an order.</summary>
/// <param name="Author">The operator's name, signed in or stated in <c>X-Operator-Name</c>.</param>
/// <param name="Text">Plain text, in which line breaks count.</param>
/// <param name="At">When it was written, UTC.</param>
public sealed record OrderNote(Guid Id, string Author, string Text, DateTime At);

/// <param name="Notes">Newest first.</param>
/// <param name="Next">The value for <c>?after=</c> of the next page; null on the last page.</param>
public sealed record OrderNotePage(IReadOnlyList<OrderNote> Notes, Guid? Next);

/// <param name="Text">Plain text with 1 to 2,000 characters. Line breaks are kept; spaces at either end are not.</param>
public sealed record AddNoteRequest(string Text);

static class NoteRules
{
    public const int MaxLength = 2_000;

    /// <summary>The text as it is stored, or why it is refused. Browsers send line breaks as CR LF, which are stored as LF.</summary>
    public static (string Text, ProblemHttpResult? Problem) Check(string text)
    {
        var stored = text.ReplaceLineEndings("\n").Trim();
        return stored.Length <= MaxLength && VisibleText.Is(stored.Replace('\n', ' ').Replace('\t', ' '))
            ? (stored, null)
            : (stored, ApiProblem.Unprocessable(ProblemCodes.InvalidNote,
                $"'text' must have 1 to {MaxLength} characters, and no control characters other than line breaks and tabs."));
    }
}
