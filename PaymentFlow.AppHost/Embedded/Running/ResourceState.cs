namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>How far a resource is.</summary>
enum ResourceState
{
    /// <summary>For what it needs.</summary>
    Waiting,

    /// <summary>Begun, not ready yet.</summary>
    Starting,

    /// <summary>It was ready, and its process runs.</summary>
    Running,

    /// <summary>It ended by itself, and will be started again.</summary>
    Exited,

    /// <summary>It is down because somebody wants it so.</summary>
    Stopped,
}
