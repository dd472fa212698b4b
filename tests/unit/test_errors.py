from harness.errors import Problem, nearest_name


def test_a_problem_reads_as_place_path_message_found_accepted_nearest():
    problem = Problem(
        "unknown key", where="a.yaml", line=3, path="models.0", found="'ledd'", accepted="lead", nearest="lead"
    )
    assert str(problem) == "a.yaml:3: models.0: unknown key; found 'ledd'; accepted: lead; did you mean 'lead'?"


def test_a_problem_leaves_out_what_is_not_known():
    assert str(Problem("no such file", where="a.yaml")) == "a.yaml: no such file"


def test_nearest_name_ignores_case_and_gives_nothing_when_nothing_is_close():
    assert nearest_name("ROUGE", ["rouge", "surface"]) == "rouge"
    assert nearest_name("zzz", ["rouge", "surface"]) == ""
