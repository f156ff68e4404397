using EdgeMesh.ContractExport;
using EdgeMesh.ContractExport.AsyncApi;

namespace EdgeMesh.Architecture.Tests;

public sealed class ContractExportTests
{
    [Fact]
    public void The_checked_in_python_constants_are_those_of_the_contracts()
    {
        string stale = PythonContracts.File + " is stale; run: dotnet run --project tools/EdgeMesh.ContractExport";
        Assert.True(PythonContracts.Render() == Repository.Read(PythonContracts.File), stale);
    }

    [Fact]
    public void The_checked_in_AsyncAPI_document_is_that_of_the_contracts()
    {
        string stale = AsyncApiDocument.File + " is stale; run: dotnet run --project tools/EdgeMesh.ContractExport";
        Assert.True(AsyncApiDocument.Render(Repository.Root) == Repository.Read(AsyncApiDocument.File), stale);
    }
}
