using System.Diagnostics;

namespace PaymentFlow.AppHost.Embedded.Running;

/// <summary>What the host itself was told by environment variables: Stripe's key, servers and their passwords.</summary>
static class HostSettings
{
    static readonly string[] Prefixes = ["ConnectionStrings__", "Parameters__", "Stripe__"];

    /// <summary>The model hands these to those that need them; no child gets them just by being one.</summary>
    public static void ForgetHostSettings(this ProcessStartInfo command)
    {
        foreach (var name in command.Environment.Keys.Where(IsOne).ToArray()) command.Environment.Remove(name);
    }

    static bool IsOne(string variable) => Prefixes.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
