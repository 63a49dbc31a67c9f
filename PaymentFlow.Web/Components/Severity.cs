namespace PaymentFlow.Web.Components;

/// <summary>How serious a <see cref="Notice"/> is.</summary>
public enum Severity { Error, Warning, Info }
