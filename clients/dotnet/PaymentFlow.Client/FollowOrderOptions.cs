namespace PaymentFlow.Client;

/// <summary>How to follow an order.</summary>
public sealed record FollowOrderOptions
{
    /// <summary>The language of <see cref="OrderUpdate.Message"/>: <c>en</c> or <c>ru</c>.</summary>
    public string? Language { get; init; }

    /// <summary>Whether to end after the first state that <see cref="OrderUpdate.IsFinal">is final</see>.</summary>
    public bool UntilFinal { get; init; }

    /// <summary>Called with each change of the connection, for a display or a log. It must return at once and must not throw.</summary>
    public Action<ConnectionState>? OnStateChanged { get; init; }

    /// <summary>Whether to use event streams from the start, where WebSockets are known to be blocked.</summary>
    public bool WithoutWebSocket { get; init; }
}

/// <summary>The connection to the service.</summary>
public enum ConnectionState
{
    /// <summary>A connection is being opened.</summary>
    Connecting,

    /// <summary>Updates arrive.</summary>
    Open,

    /// <summary>The connection was lost or refused. The client connects again by itself.</summary>
    Waiting,
}
