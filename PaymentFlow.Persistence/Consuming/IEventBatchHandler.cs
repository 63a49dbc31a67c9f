namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// Applies a batch in one transaction. After an exception it is called again with all or some of the same events. It may also be
/// called again after a success, so applying an event twice must change nothing.
/// </summary>
public interface IEventBatchHandler<T>
{
    /// <exception cref="EventRejectedException">An event can never be applied, for a reason in the event itself.</exception>
    Task HandleAsync(IReadOnlyList<ReceivedEvent<T>> events, CancellationToken cancellationToken);
}
