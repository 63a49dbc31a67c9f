namespace PaymentFlow.Web.Operators.Layout;

/// <summary>Counts what needs attention, for the menu of every page.</summary>
public interface IOpenItems
{
    /// <summary>The number of items, at most a few seconds old. Null if it is not known within half a second.</summary>
    Task<long?> CountAsync(CancellationToken cancellationToken);
}
