using System;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Results;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Hub.Tests.Codegen.Models;

/// <summary>Servers good and bad, over real HTTP: who is asked, what they are told, and what becomes of what they answer.</summary>
public sealed class RouterTests : IAsyncDisposable
{
    private readonly ModelWorld _world = new();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    // Of a question of one word: two bytes a token, and what a message takes beside.
    private static long WorstCase(ModelEndpointOptions options) => 16 + ("hello".Length / 2) + options.MaxOutputTokens;

    [Theory]
    [InlineData(0, "local")]
    [InlineData(49, "local")]
    [InlineData(50, "cloud")]
    public async Task The_local_server_is_asked_first_and_the_cloud_for_what_is_difficult(int difficulty, string asked)
    {
        await _world.LocalAsync(ScriptedModel.Say("from here"));
        await _world.CloudAsync(ScriptedModel.Say("from there"));
        ModelAnswer answer = (await _world.AskAsync("hello", difficulty)).Value;
        Assert.Equal((asked, asked == "local" ? "from here" : "from there"), (answer.Endpoint, answer.Text));
    }

    [Fact]
    public async Task Where_the_cloud_fails_the_local_server_is_asked()
    {
        await _world.LocalAsync(ScriptedModel.Say("from here"));
        await _world.CloudAsync(ScriptedModel.Status(429, """{"error":{"message":"slow down"}}"""));
        Assert.Equal("local", (await _world.AskAsync("hello", 100)).Value.Endpoint);
        Assert.Contains(_world.Progress, p => p.Contains("429: slow down", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_the_local_server_fails_the_cloud_is_asked_unless_the_owner_forbids_it()
    {
        await _world.LocalAsync(ScriptedModel.Status(500));
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("from there"));
        Assert.Equal("cloud", (await _world.AskAsync("hello")).Value.Endpoint);
        _world.Options.CloudWhenLocalFails = false;
        Assert.Equal(ErrorCodes.ModelUnavailable, (await _world.AskAsync("hello")).Error?.Code);
        Assert.Single(cloud.Requests);
    }

    [Fact]
    public async Task The_cloud_is_told_nothing_private_and_its_answer_comes_back_with_it()
    {
        _world.PrivateNames.Add("villa-rosa");
        await _world.LocalAsync(ScriptedModel.Status(500));
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("host = 'PRIVATE_IP_002' # PRIVATE_NAME_001"));
        ModelAnswer answer = (await _world.AskAsync("in Villa Rosa ping 192.168.1.7")).Value;
        Assert.Equal("in PRIVATE_NAME_001 ping PRIVATE_IP_002", cloud.Told(0));
        Assert.Equal("host = '192.168.1.7' # Villa Rosa", answer.Text);
    }

    [Fact]
    public async Task The_local_server_is_told_everything()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Say("ok"));
        await _world.AskAsync("ping 192.168.1.7");
        Assert.Equal("ping 192.168.1.7", local.Told(0));
    }

    [Fact]
    public async Task Where_redaction_fails_the_cloud_is_not_called()
    {
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("x"));
        Assert.Equal(ErrorCodes.RedactionIncomplete, (await _world.AskAsync("mail grete＠example.org")).Error?.Code);
        Assert.Empty(cloud.Requests);
        Assert.Equal(0, _world.Budget.Today("cloud").Requests);
    }

    public static TheoryData<string, string> BadServers => new()
    {
        { "500", ErrorCodes.ModelUnavailable }, { "429", ErrorCodes.ModelUnavailable }, { "302", ErrorCodes.ModelUnavailable }, { "html", ErrorCodes.ModelAnswerInvalid },
        { "empty", ErrorCodes.ModelAnswerInvalid }, { "wrong", ErrorCodes.ModelAnswerInvalid }, { "array", ErrorCodes.ModelAnswerInvalid }, { "event", ErrorCodes.ModelAnswerInvalid },
        { "null", ErrorCodes.ModelAnswerInvalid }, { "error", ErrorCodes.ModelUnavailable }, { "cut", ErrorCodes.ModelUnavailable }, { "line", ErrorCodes.ModelAnswerInvalid },
        { "forever", ErrorCodes.ModelAnswerTooLong },
    };

    [Theory]
    [MemberData(nameof(BadServers))]
    public async Task Whatever_a_server_answers_it_is_an_error_with_a_code(string kind, string code)
    {
        await _world.LocalAsync(kind switch
        {
            "500" => ScriptedModel.Status(500, "<h1>oops"),
            "429" => ScriptedModel.Status(429),
            "302" => http =>
            {
                http.Response.Redirect("http://127.0.0.1:1/v1/chat/completions");
                return Task.CompletedTask;
            },
            "html" => ScriptedModel.Raw("text/html", "<h1>It works!</h1>"),
            "empty" => ScriptedModel.Raw("application/json", ""),
            "wrong" => ScriptedModel.Raw("application/json", """{"choices":"none"}"""),
            "array" => ScriptedModel.Raw("application/json", "[[[]]]"),
            "event" => ScriptedModel.Raw("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":7}}]}\n\n"),
            "null" => ScriptedModel.Raw("application/json", "null"),
            "error" => ScriptedModel.Raw("text/event-stream", "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"),
            "cut" => ScriptedModel.Raw("text/event-stream", "data: {\"choices\":[{\"delta\":{\"content\":\"```python\"}}]}\n\n"),
            "line" => ScriptedModel.EndlessLine(),
            _ => ScriptedModel.Forever(new string('x', 500) + " "),
        });
        Result<ModelAnswer> answer = await _world.AskAsync("hello");
        Assert.Equal(code, answer.Error?.Code);
        Assert.Equal(code, Assert.Single(_world.Router.View()).LastFailure?.Code);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_while_it_streams_and_the_server_is_told()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Forever("ever and "));
        Assert.Equal(ErrorCodes.ModelAnswerTooLong, (await _world.AskAsync("hello")).Error?.Code);
        await Eventually.TrueAsync(() => local.Aborted == 1, "the server's answer was ended");
        Assert.Equal("closed", _world.Local!.View().Breaker);
        Assert.Equal(0, _world.Local.View().Failures);
    }

    [Fact]
    public async Task A_server_that_hangs_is_given_up_after_its_time()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Hang());
        Task<Result<ModelAnswer>> asking = _world.AskAsync("hello");
        await Eventually.TrueAsync(() => local.Requests.Count == 1, "it was asked");
        Assert.False(asking.IsCompleted);
        _world.Time.Advance(TimeSpan.FromSeconds(_world.Options.Local.TimeoutS));
        Assert.Equal(ErrorCodes.ModelTimeout, (await asking).Error?.Code);
        Assert.Equal(1, _world.Local!.View().Failures);
    }

    [Fact]
    public async Task Somebody_who_gives_up_says_nothing_against_the_server()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Hang());
        using CancellationTokenSource giveUp = new();
        Task<Result<ModelAnswer>> asking = _world.AskAsync("hello", 0, giveUp.Token);
        await Eventually.TrueAsync(() => local.Requests.Count == 1, "it was asked");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        Assert.Equal(0, _world.Local!.View().Failures);
    }

    [Fact]
    public async Task After_three_failures_a_server_is_left_alone_and_one_call_tries_it_again()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Status(500), ScriptedModel.Status(500), ScriptedModel.Status(500), ScriptedModel.Say("well again"));
        for (int i = 0; i < 5; i++)
        {
            Assert.False((await _world.AskAsync("hello")).IsOk);
        }

        Assert.Equal(3, local.Requests.Count);
        Assert.Equal("open", _world.Local!.View().Breaker);
        _world.Time.Advance(TimeSpan.FromSeconds(299));
        Assert.Contains("another 1 s", (await _world.AskAsync("hello")).Error!.Message, StringComparison.Ordinal);
        _world.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("well again", (await _world.AskAsync("hello")).Value.Text);
        Assert.Equal("closed", _world.Local.View().Breaker);
    }

    [Fact]
    public async Task Tokens_and_costs_are_those_that_the_server_counts_and_a_spent_budget_asks_nobody()
    {
        (_world.Options.Cloud.InputPrice, _world.Options.Cloud.OutputPrice, _world.Options.Cloud.MaxOutputTokens) = (1000, 2000, 64);
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("ok", tokensIn: 300, tokensOut: 200));
        Assert.True((await _world.AskAsync("hello")).IsOk);
        Assert.Equal((500L, 0.7m), (_world.Cloud!.View().TokensToday, _world.Cloud.View().CostToday));
        Assert.True((await _world.AskAsync("hello")).IsOk);
        Assert.Equal(ErrorCodes.ModelBudgetSpent, (await _world.AskAsync("hello")).Error?.Code);
        Assert.Equal(2, cloud.Requests.Count);
        _world.Time.Advance(TimeSpan.FromDays(1));
        Assert.True((await _world.AskAsync("hello")).IsOk);
    }

    [Fact]
    public async Task A_server_that_does_not_stream_or_count_is_understood_too()
    {
        await _world.LocalAsync(ScriptedModel.Whole("whole"));
        Assert.Equal("whole", (await _world.AskAsync("hello")).Value.Text);
        Assert.Equal(WorstCase(_world.Options.Local), _world.Budget.Today("local").Tokens);
    }

    [Fact]
    public async Task A_server_that_counts_absurdly_is_not_believed()
    {
        _world.Options.Local.InputPrice = 1_000_000;
        _world.Options.Local.CostPerDay = 0;
        await _world.LocalAsync(ScriptedModel.Raw("application/json", """{"choices":[{"message":{"content":"ok"}}],"usage":{"prompt_tokens":9223372036854775807,"completion_tokens":-1}}"""));
        Assert.True((await _world.AskAsync("hello")).IsOk);
        Assert.Equal(WorstCase(_world.Options.Local), _world.Budget.Today("local").Tokens);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("counted and cut")]
    [InlineData("nothing")]
    [InlineData("error")]
    [InlineData("html")]
    [InlineData("hang")]
    [InlineData("cancel")]
    public async Task What_a_model_may_have_thought_before_it_broke_off_stays_booked(string how)
    {
        const string Delta = "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n";
        ScriptedModel cloud = await _world.CloudAsync(how switch
        {
            "cut" => ScriptedModel.Raw("text/event-stream", Delta),
            "counted and cut" => ScriptedModel.Raw("text/event-stream", "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n" + Delta),
            "nothing" => ScriptedModel.Raw("text/event-stream", ""),
            "error" => ScriptedModel.Raw("text/event-stream", "data: {\"error\":{\"message\":\"overloaded\"}}\n\n"),
            "html" => ScriptedModel.Raw("text/html", "<h1>thinking</h1>"),
            _ => ScriptedModel.Hang(),
        });
        using CancellationTokenSource giveUp = new();
        Task<Result<ModelAnswer>> asking = _world.AskAsync("hello", 0, giveUp.Token);
        await Eventually.TrueAsync(() => cloud.Requests.Count == 1, "it was asked");
        if (how == "hang")
        {
            _world.Time.Advance(TimeSpan.FromSeconds(_world.Options.Cloud.TimeoutS));
        }

        if (how == "cancel")
        {
            await giveUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }
        else
        {
            Assert.False((await asking).IsOk);
        }

        Assert.Equal((1L, WorstCase(_world.Options.Cloud)), (_world.Budget.Today("cloud").Requests, _world.Budget.Today("cloud").Tokens));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task What_a_server_refuses_costs_nothing(int status)
    {
        await _world.CloudAsync(ScriptedModel.Status(status));
        Assert.False((await _world.AskAsync("hello")).IsOk);
        Assert.Equal(0, _world.Budget.Today("cloud").Tokens);
    }

    [Fact]
    public async Task A_server_that_is_not_reached_costs_nothing()
    {
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("x"));
        await cloud.DisposeAsync();
        Assert.Equal(ErrorCodes.ModelUnavailable, (await _world.AskAsync("hello")).Error?.Code);
        Assert.Equal(0, _world.Budget.Today("cloud").Tokens);
    }

    [Fact]
    public async Task The_key_goes_to_its_server_alone_and_into_no_message()
    {
        const string Key = "sk-test-4711-secret";
        _world.Options.Cloud.KeyFile = _world.KeyFile(Key);
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Status(401, "{\"error\":{\"message\":\"Incorrect API key provided: " + Key + "\"}}"));
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Status(500));
        Error error = (await _world.AskAsync("hello")).Error!;
        Assert.Equal("Bearer " + Key, Assert.Single(cloud.Authorizations));
        Assert.Equal("", Assert.Single(local.Authorizations));
        Assert.Contains("HTTP 401: Incorrect API key provided: …", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.Message + string.Concat(_world.Progress) + _world.Router.View()[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sk-1", UnixFileMode.UserRead | UnixFileMode.GroupRead)]
    [InlineData("sk-1", UnixFileMode.UserRead | UnixFileMode.OtherRead)]
    [InlineData("two\nkeys", UnixFileMode.UserRead)]
    public async Task A_key_that_others_may_read_or_that_is_none_is_not_used(string key, UnixFileMode mode)
    {
        _world.Options.Cloud.KeyFile = _world.KeyFile(key, mode);
        ScriptedModel cloud = await _world.CloudAsync(ScriptedModel.Say("x"));
        Assert.Equal(ErrorCodes.InvalidArgument, (await _world.AskAsync("hello")).Error?.Code);
        Assert.Empty(cloud.Requests);
    }

    [Fact]
    public async Task Both_errors_are_told_where_nobody_answers()
    {
        await _world.LocalAsync(ScriptedModel.Status(503));
        await _world.CloudAsync(ScriptedModel.Raw("text/html", "hello"));
        Error error = (await _world.AskAsync("hello")).Error!;
        Assert.Equal(ErrorCodes.ModelAnswerInvalid, error.Code);
        Assert.Contains("HTTP 503", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_asks_each_for_one_word()
    {
        ScriptedModel local = await _world.LocalAsync(ScriptedModel.Say("ready", 5, 1));
        await _world.CloudAsync(ScriptedModel.Status(404));
        Assert.Equal([true, false], (await _world.Router.CheckAsync(CancellationToken.None)).Select(c => c.Ok));
        Assert.Equal(16, (int)local.Requests.Single()["max_tokens"]!);
    }

    [Theory]
    [InlineData("https://api.example.com/v1", "", "not in the local network")]
    [InlineData("http://8.8.8.8/v1", "", "not in the local network")]
    [InlineData("http://me:secret@127.0.0.1/v1", "", "without a password")]
    [InlineData("ftp://127.0.0.1/v1", "", "must be an address")]
    [InlineData("", "http://api.example.com/v1", "begin with https")]
    public void A_configuration_that_would_give_secrets_away_is_refused(string local, string cloud, string words)
    {
        ModelOptions options = new() { Local = { Url = local, Model = "m" }, Cloud = { Url = cloud, Model = "m" } };
        Assert.Contains(words, Assert.Single(options.Problems()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:11434/v1", "https://api.openai.com/v1")]
    [InlineData("http://ollama:11434/v1/", "http://[fd00::1]:8000/v1")]
    [InlineData("http://nas.local/v1", "")]
    public void A_sound_configuration_is_taken(string local, string cloud) =>
        Assert.Empty(new ModelOptions { Local = { Url = local, Model = "m" }, Cloud = { Url = cloud, Model = "m" } }.Problems());
}
