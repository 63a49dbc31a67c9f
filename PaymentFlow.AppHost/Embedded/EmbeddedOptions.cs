using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace PaymentFlow.AppHost.Embedded;

/// <summary>How the embedded engine runs the model. What <see cref="Parse"/> makes of no arguments is what <c>dotnet run</c> does.</summary>
public sealed record EmbeddedOptions
{
    /// <summary>Where everything lives that outlasts a run: the database cluster, generated keys, the sandbox's journal.</summary>
    public string DataFolder { get; init; } = DefaultDataFolder();

    internal bool HasDefaultDataFolder => DataFolder == DefaultDataFolder();

    /// <summary>Start anew: what the data folder holds is deleted first.</summary>
    public bool Fresh { get; init; }

    /// <summary>Any free ports in place of those in the projects' launchSettings.json.</summary>
    public bool FreePorts { get; init; }

    /// <summary>With the developer's dashboard, which the services then send their telemetry to.</summary>
    public bool Dashboard { get; init; }

    /// <summary>Where the resources' log lines go; the console by default.</summary>
    public Action<string, string>? Log { get; init; }

    /// <summary>Settings on top of all others.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>();

    /// <summary>Environment variables for every project, on top of the model's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    internal string AppHostDirectory { get; } = SourceDirectory();

    /// <summary>Reads <c>--fresh</c>, <c>--free-ports</c>, <c>--no-dashboard</c> and <c>--data-folder PATH</c>; the rest is configuration.</summary>
    /// <exception cref="EmbeddedException">The arguments ask for something that needs .NET Aspire.</exception>
    public static EmbeddedOptions Parse(string[] args, out string[] rest)
    {
        if (args.Any(arg => arg is "--publisher" or "--operation" || arg.StartsWith("--publisher=", StringComparison.Ordinal)
            || arg.StartsWith("--operation=", StringComparison.Ordinal)))
        {
            throw new EmbeddedException(
                "Publishing needs .NET Aspire: run it with UseAspire=true, for example `UseAspire=true azd up` or `UseAspire=true aspire publish`.");
        }
        var folder = Array.IndexOf(args, "--data-folder");
        if (folder >= 0 && (folder + 1 >= args.Length || args[folder + 1].StartsWith("--", StringComparison.Ordinal))) throw new EmbeddedException("--data-folder needs a path.");
        rest = [.. args.Where((arg, i) => arg is not ("--fresh" or "--free-ports" or "--no-dashboard") && !(folder >= 0 && (i == folder || i == folder + 1)))];
        var options = new EmbeddedOptions
        {
            Fresh = args.Contains("--fresh"),
            FreePorts = args.Contains("--free-ports"),
            Dashboard = !args.Contains("--no-dashboard"),
        };
        return folder >= 0 ? options with { DataFolder = Path.GetFullPath(args[folder + 1]) } : options;
    }

    static string SourceDirectory([CallerFilePath] string file = "") => Path.GetDirectoryName(Path.GetDirectoryName(file))!;

    /// <summary>
    /// <c>.paymentflow</c> in the checkout, so that two checkouts share nothing. As root, Postgres runs as another user,
    /// who must be able to get there: where the checkout is closed to others, a folder of its own under /var/lib.
    /// </summary>
    static string DefaultDataFolder()
    {
        var checkout = Path.GetDirectoryName(SourceDirectory())!;
        if (!OperatingSystem.IsLinux() || System.Environment.UserName != "root" || OpenToOthers(checkout))
            return Path.Combine(checkout, ".paymentflow");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(checkout)))[..12];
        return $"/var/lib/paymentflow-{hash}";
    }

    static bool OpenToOthers(string folder)
    {
        for (var part = new DirectoryInfo(folder); part is not null; part = part.Parent)
            if (OperatingSystem.IsLinux() && !part.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
