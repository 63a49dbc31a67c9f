using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace PaymentFlow.AppHost.Development;

/// <summary>
/// The app host's own arguments. <c>--fresh</c> deletes all data first. <c>--free-ports</c> lets a second checkout run beside the first.
/// <c>--data-folder PATH</c> stores the data elsewhere. Other arguments are configuration.
/// </summary>
static class HostArguments
{
    static readonly string[] Switches = ["--fresh", "--free-ports"];
    static readonly string[] DashboardAddresses =
        ["ASPNETCORE_URLS", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];

    public static DistributedApplicationOptions From(string[] args)
    {
        // Give switches a value: .NET's command-line configuration would take the next argument as the value.
        var settings = args.Select(arg => Switches.Contains(arg) ? $"{arg}=true" : arg).ToList();
        if (settings.Contains("--free-ports=true"))
            settings.AddRange(DashboardAddresses.Select(address => $"--{address}=http://localhost:{FreePort.Next()}"));
        // Hides the dashboard's warning about untrusted developer certificates. Everything is plain HTTP on loopback.
        settings.Add("--ASPIRE_INTERACTIVITY_ENABLED=false");
        return new()
        {
            Args = [.. settings],
            AllowUnsecuredTransport = true,
            TrustDeveloperCertificate = false,
        };
    }

    public static bool IsFresh(this IDistributedApplicationBuilder builder) => builder.Configuration.GetValue("fresh", false);

    public static bool UsesFreePorts(this IDistributedApplicationBuilder builder) => builder.Configuration.GetValue("free-ports", false);

    /// <summary><c>--data-folder</c>, or by default a folder of this checkout only.</summary>
    public static string DataFolder(this IDistributedApplicationBuilder builder) =>
        builder.HasOwnDataFolder() ? Path.GetFullPath(builder.Configuration["data-folder"]!) : DefaultDataFolder();

    public static bool HasOwnDataFolder(this IDistributedApplicationBuilder builder) =>
        builder.Configuration["data-folder"] is { Length: > 0 };

    /// <summary>
    /// Every process inherits the host's environment. This removes connection strings, parameters and Stripe's keys from it after the
    /// host has read them, so that a process gets them only from the model.
    /// </summary>
    public static void RemoveOwnSettingsFromEnvironment()
    {
        foreach (var variable in Environment.GetEnvironmentVariables().Keys.Cast<string>())
        {
            if (((string[])["ConnectionStrings__", "Parameters__", "Stripe__"])
                .Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
                Environment.SetEnvironmentVariable(variable, null);
        }
    }

    /// <summary>
    /// <c>.paymentflow</c> in the checkout. If the host is root, Postgres runs as another user. If that user has no access to the
    /// checkout, the folder is under /var/lib.
    /// </summary>
    static string DefaultDataFolder([CallerFilePath] string file = "")
    {
        var checkout = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!;
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess || OpenToOthers(checkout))
            return Path.Combine(checkout, ".paymentflow");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(checkout)))[..12];
        return $"/var/lib/paymentflow-{hash}";
    }

    static bool OpenToOthers(string folder)
    {
        for (var part = new DirectoryInfo(folder); part is not null; part = part.Parent)
            if (!OperatingSystem.IsWindows() && !part.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
