namespace PaymentFlow.Messaging.Consuming;

/// <summary>
/// Applies a batch in one transaction. It is called again with the same events, whole or in part, whenever it threw, and
/// may be called again after it succeeded: applying an event twice must change nothing.
/// </summary>
public interface IEventBatchHandler<T>
{
    /// <exception cref="EventRejectedException">An event can't be applied, for a reason in itself.</exception>
    Task HandleAsync(IReadOnlyList<ReceivedEvent<T>> events, CancellationToken cancellationToken);
}
