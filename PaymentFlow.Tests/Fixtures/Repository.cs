namespace PaymentFlow.Tests.Fixtures;

static class Repository
{
    /// <summary>The folder of PaymentFlow.sln.</summary>
    public static string Folder { get; } = Find();

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PaymentFlow.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside the repository.");
    }
}
