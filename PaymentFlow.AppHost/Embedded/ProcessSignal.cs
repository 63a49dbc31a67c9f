namespace PaymentFlow.AppHost.Embedded;

/// <summary>What tests do to processes.</summary>
public enum ProcessSignal
{
    /// <summary>kill -9: it ends without a word. The engine starts it again.</summary>
    Kill,

    /// <summary>SIGTERM: it ends in order. The engine starts it again.</summary>
    Terminate,

    /// <summary>SIGSTOP: it stands still, its connections stay open.</summary>
    Stop,

    /// <summary>SIGCONT: it goes on.</summary>
    Continue,
}
