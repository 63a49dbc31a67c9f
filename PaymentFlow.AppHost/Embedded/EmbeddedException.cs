namespace PaymentFlow.AppHost.Embedded;

/// <summary>Something that whoever started the host can mend. Its message is one line that says what and how.</summary>
public sealed class EmbeddedException(string message) : Exception(message);
