namespace EdgeMesh.Contracts;

/// <content>Programs: asked for in a sentence, written, judged, tried out and watched.</content>
public static partial class ErrorCodes
{
    /// <summary>There is no sandbox on this machine to try a program out in.</summary>
    public const string SandboxUnavailable = "sandbox_unavailable";

    /// <summary>In its dry run the program failed, or did not do what was expected.</summary>
    public const string DryRunFailed = "dry_run_failed";

    /// <summary>No template with that name.</summary>
    public const string TemplateUnknown = "template_unknown";

    /// <summary>The template's file breaks the format, or its parts do not fit each other.</summary>
    public const string TemplateInvalid = "template_invalid";

    /// <summary>The request says nothing.</summary>
    public const string RequestEmpty = "request_empty";

    /// <summary>The request is longer, or asks for more behaviours, than one program takes.</summary>
    public const string RequestTooLong = "request_too_long";

    /// <summary>The request asks for what no program may do.</summary>
    public const string RequestForbidden = "request_forbidden";

    /// <summary>The request asks for what no template does.</summary>
    public const string RequestUnsupported = "request_unsupported";

    /// <summary>A part of the request could not be read.</summary>
    public const string RequestNotUnderstood = "request_not_understood";

    /// <summary>Parts of the request exclude each other.</summary>
    public const string RequestContradictory = "request_contradictory";

    /// <summary>A value of the request is none that there can be, such as a period of 0 s.</summary>
    public const string RequestOutOfRange = "request_out_of_range";

    /// <summary>The board has no such pin.</summary>
    public const string PinUnknown = "pin_unknown";

    /// <summary>The pin carries the board's flash or memory.</summary>
    public const string PinReserved = "pin_reserved";

    /// <summary>The pin can only be an input.</summary>
    public const string PinInputOnly = "pin_input_only";

    /// <summary>The pin has no converter that works beside Wi-Fi.</summary>
    public const string PinNotAnalog = "pin_not_analog";

    /// <summary>Two behaviours want the same pin.</summary>
    public const string PinConflict = "pin_conflict";

    /// <summary>The device has no program with that version, or none at all.</summary>
    public const string ProgramUnknown = "program_unknown";

    /// <summary>A gate refused the program: nobody can approve or send it.</summary>
    public const string ProgramRefused = "program_refused";

    /// <summary>The program waits for somebody to approve it.</summary>
    public const string ProgramNotApproved = "program_not_approved";

    /// <summary>The stored program is not the one that was judged and approved.</summary>
    public const string ProgramDamaged = "program_damaged";

    /// <summary>On the device the program failed, or did not do what it did in its dry run.</summary>
    public const string ProgramUnhealthy = "program_unhealthy";

    /// <summary>No model is configured, or none could be reached.</summary>
    public const string ModelUnavailable = "model_unavailable";

    /// <summary>The model's server did not answer in time.</summary>
    public const string ModelTimeout = "model_timeout";

    /// <summary>What the model's server answered is not the protocol's.</summary>
    public const string ModelAnswerInvalid = "model_answer_invalid";

    /// <summary>The model's answer did not end, and was cut off.</summary>
    public const string ModelAnswerTooLong = "model_answer_too_long";

    /// <summary>The model answered without a program.</summary>
    public const string ModelNoProgram = "model_no_program";

    /// <summary>In all rounds the model wrote no program that passed the gates.</summary>
    public const string ModelProgramRefused = "model_program_refused";

    /// <summary>What a day's tokens or costs may be is used up.</summary>
    public const string ModelBudgetSpent = "model_budget_spent";

    /// <summary>Something private was left after redaction, so that nothing was sent.</summary>
    public const string RedactionIncomplete = "redaction_incomplete";
}
